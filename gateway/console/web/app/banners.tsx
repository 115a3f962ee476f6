/** What everyone must see on every page: a set-up that is not finished, and routes that are let through. */
import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import type { SessionAnswer } from '../../../review/session-schemas.js';
import { aboutQuery } from '../api/about.js';
import { Moment } from '../ui/moment.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

export function Banners({ session }: { readonly session: SessionAnswer | undefined }): ReactNode {
  const words = useWords(appWords);
  const about = useQuery(aboutQuery).data;
  return (
    <div className="banners">
      {(about?.bypassed ?? []).map(({ route, endsAt }) => (
        <Alert
          key={route}
          type="error"
          showIcon
          banner
          title={
            <>
              {words.bypassActive}: <strong>{route}</strong> · {words.until} <Moment at={endsAt} />
            </>
          }
        />
      ))}
      {about?.monitor === true ? <Alert type="warning" showIcon banner title={words.monitorAll} /> : null}
      {session?.phase === 'set-up' ? <Alert type="warning" showIcon banner title={words.setUp} /> : null}
    </div>
  );
}
