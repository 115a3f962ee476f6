/** The frame around every page: header, navigation, banners, keys; and who may see the page at all. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Alert, Button, Result, Skeleton } from 'antd';
import { Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { rightsOf } from '../api/session.js';
import type { SessionAnswer } from '../../../review/session-schemas.js';
import { PAGE_VIEWS, QueueNews } from '../pages.js';
import { Failure } from '../ui/failure.js';
import { Banners } from './banners.js';
import { Boundary } from './boundary.js';
import { Header } from './header.js';
import { KeyOverlay } from './key-overlay.js';
import { actionsNow, listenForKeys, useKeys, type KeyAction } from './keys.js';
import { Navigation } from './navigation.js';
import { go, goInstead, useHash, usePlace } from './router.js';
import { homeFor, mayVisit, navigationFor } from './routes.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

export function Layout({ session }: { readonly session: UseQueryResult<SessionAnswer> }): ReactNode {
  const words = useWords(appWords);
  const hash = useHash();
  const place = usePlace();
  const rights = useMemo(() => rightsOf(session.data), [session.data]);
  const inside = session.data?.signedIn === true && session.data.step === undefined;
  const entries = useMemo(() => (inside ? navigationFor(rights) : []), [inside, rights]);
  const main = useRef<HTMLElement>(null);
  const help = useHelp(entries);
  const id = place?.page.id;

  useEffect(listenForKeys, []);
  useEffect(() => {
    document.title = id === undefined ? words.product : `${words[id]} · ${words.product}`;
  }, [id, words]);
  // A reader of the screen hears the new page, not the link that was pressed.
  const before = useRef(id);
  useEffect(() => {
    if (before.current !== id) main.current?.focus();
    before.current = id;
  }, [id]);
  const home = hash === '' || hash === '#' || hash === '#/';
  const barred = session.data !== undefined && !inside && place?.page.open !== true;
  useEffect(() => {
    if (barred) goInstead(home ? '/sign-in' : `/sign-in?from=${encodeURIComponent(hash.slice(1))}`);
    else if (inside && home) goInstead(homeFor(rights));
  }, [barred, inside, home, hash, rights]);

  const view = (): ReactNode => {
    if (session.data === undefined) return session.isError ? <Failure error={session.error} retry={() => void session.refetch()} /> : <Waiting />;
    if (barred || home) return <Waiting />;
    if (place === undefined) return <Dead title={words.missing} home={words.home} />;
    if (place.page.open !== true && !mayVisit(place.page, rights)) return <Dead title={words.forbiddenPage} hint={words.forbiddenHint} home={words.home} />;
    const Page = PAGE_VIEWS[place.page.id];
    return (
      <Boundary key={`${place.page.id} ${JSON.stringify(place.params)}`} fallback={<Alert type="error" showIcon title={words.broken} action={<Button onClick={() => globalThis.location.reload()}>{words.retry}</Button>} />}>
        <Suspense fallback={<Waiting />}>
          <Page />
        </Suspense>
      </Boundary>
    );
  };
  return (
    <div className={inside ? 'frame' : 'frame frame-outside'}>
      {/* A plain #content would be taken for a page's address. */}
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <Header session={inside ? session.data : undefined} onKeys={help.toggle} />
      {inside ? <Navigation entries={entries} current={id} /> : null}
      <main ref={main} tabIndex={-1} className="content">
        {inside ? <Banners session={session.data} /> : null}
        {inside && rights.has('messages.read') ? (
          <Suspense fallback={null}>
            <QueueNews />
          </Suspense>
        ) : null}
        {view()}
      </main>
      <KeyOverlay open={help.open} onClose={help.toggle} everywhere={help.everywhere} here={help.here} />
    </div>
  );
}

function useHelp(entries: ReturnType<typeof navigationFor>): { readonly open: boolean; readonly toggle: () => void; readonly everywhere: readonly KeyAction[]; readonly here: readonly KeyAction[] } {
  const words = useWords(appWords);
  const [open, setOpen] = useState(false);
  const toggle = (): void => setOpen((was) => !was);
  const everywhere: readonly KeyAction[] = [
    { key: '?', label: words.keyHelp, run: toggle },
    { key: '/', label: words.keySearch, run: () => document.querySelector<HTMLElement>('main input[type="search"]')?.focus() },
    ...entries.map((page) => ({ key: `g ${page.key ?? ''}`, label: words.goTo(words[page.id]), run: () => go(page.path) })),
  ];
  useKeys(everywhere);
  const common = new Set(everywhere.map(({ key }) => key));
  return { open, toggle, everywhere, here: open ? actionsNow().filter(({ key }) => !common.has(key)) : [] };
}

function Waiting(): ReactNode {
  const words = useWords(appWords);
  return (
    <div role="status" aria-label={words.loading}>
      <Skeleton active paragraph={{ rows: 5 }} />
    </div>
  );
}

function Dead({ title, hint, home }: { readonly title: string; readonly hint?: string; readonly home: string }): ReactNode {
  return (
    <Result
      status="warning"
      title={title}
      {...(hint === undefined ? {} : { subTitle: hint })}
      extra={
        <Button type="primary" onClick={() => go('/')}>
          {home}
        </Button>
      }
    />
  );
}
