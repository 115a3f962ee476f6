/** Parts of a page under tabs; which one is open stands in the address, so that it can be linked and gone back to. */
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { goInstead, usePlace } from '../app/router.js';

export interface PageTab {
  readonly key: string;
  readonly label: ReactNode;
  readonly children: ReactNode;
}

export function PageTabs({ tabs, label }: { readonly tabs: readonly PageTab[]; readonly label: string }): ReactNode {
  const place = usePlace();
  const asked = place?.query.get('tab');
  const active = tabs.find(({ key }) => key === asked)?.key ?? tabs[0]?.key;
  return (
    <Tabs
      aria-label={label}
      {...(active === undefined ? {} : { activeKey: active })}
      items={tabs.map((tab) => ({ ...tab, destroyOnHidden: true }))}
      onChange={(key) => goInstead(`${place?.page.path ?? '/'}?tab=${key}`)}
    />
  );
}
