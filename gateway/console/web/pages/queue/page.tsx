/** The queue: what waits for a person, worst first, decided by keys; thousands of messages a page at a time. */
import { useQueryClient } from '@tanstack/react-query';
import { Button, Popover } from 'antd';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState, type ReactNode } from 'react';
import type { BulkAction } from '../../../../ports/queue.js';
import { post } from '../../api/client.js';
import { useMay, useSession } from '../../api/session.js';
import { useKeys, type KeyAction } from '../../app/keys.js';
import { go, useHash } from '../../app/router.js';
import { placeOf } from '../../app/routes.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Loaded } from '../../ui/loaded.js';
import { PageFrame } from '../../ui/page-frame.js';
import { announce } from './announce.js';
import { BulkDialog, type BulkWish } from './bulk-dialog.js';
import { followingPage, QUEUE_LIST, useFresh, useGroups, useList, type QueuePageAnswer, type Queued } from './data.js';
import { FilterBar } from './filter-bar.js';
import { pathOf, viewOf, type View } from './filter.js';
import { placeIn, previousOf, rememberList, rememberPlace, rememberPrevious } from './list-memory.js';
import { actedOn, keptIn, NOTHING, stepped, type Selection, type Step } from './selection.js';
import { GroupRows, groupOfRow, MessageRow, QueueTable, type RowActs } from './table.js';
import { queueWords } from './words.js';
import './queue.css';

type Choice = { readonly step: Step; readonly rows: readonly string[] } | { readonly rows: readonly string[]; readonly before: readonly string[] } | { readonly cursor: string | undefined };
function choose(was: Selection, choice: Choice): Selection {
  if ('step' in choice) return stepped(was, choice.step, choice.rows);
  return 'rows' in choice ? keptIn(was, choice.rows, choice.before) : { ...NOTHING, cursor: choice.cursor, anchor: choice.cursor };
}

export function QueuePage(): ReactNode {
  const words = useWords(queueWords);
  const client = useQueryClient();
  const hash = useHash();
  const view = useMemo(() => viewOf(placeOf(hash)?.query ?? new URLSearchParams()), [hash]);
  const path = pathOf(view);
  const may = useMay('messages.decide');
  const account = useSession()?.account?.id;
  const list = useList(view);
  const groups = useGroups(view);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [wish, setWish] = useState<BulkWish>();

  const messages = useMemo(() => (view.grouped ? membersShown(client.getQueriesData<QueuePageAnswer>({ queryKey: QUEUE_LIST }), groups.data?.groups.map(({ key }) => key) ?? [], opened) : (list.data?.messages ?? [])), [view.grouped, list.data, groups.data, opened, client]);
  const rows = useRows(view, messages.map(({ id }) => id), opened);
  const [selection, dispatch] = useReducer(choose, NOTHING, () => ({ ...NOTHING, cursor: placeIn(path)?.cursor }));
  const step = (one: Step): void => dispatch({ step: one, rows: rows() });

  const readAt = view.grouped ? groups.dataUpdatedAt : list.dataUpdatedAt;
  const known = useMemo(() => new Set(messages.map(({ id }) => id)), [messages]);
  const fresh = useFresh(readAt, known);
  // What is new may lie outside a narrower filter: nobody has looked.
  const narrow = Object.keys(view.filter).some((key) => key !== 'state');
  useScroll(path, list.data !== undefined || groups.data !== undefined, selection.cursor);
  useEffect(() => {
    if (!view.grouped && list.data !== undefined && !list.isPlaceholderData) rememberList({ path, ids: list.data.messages.map(({ id }) => id), next: list.data.next, more: followingPage(view) });
  }, [path, view, list.data, list.isPlaceholderData]);
  useFollowRows(rows, [list.data, groups.data, opened], dispatch);
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) dispatch({ cursor: placeIn(path)?.cursor });
    before.current = path;
  }, [path]);

  const open = (id: string, wanted = ''): void => {
    rememberPlace(path, { top: globalThis.scrollY, cursor: id });
    if (view.grouped) rememberList({ path, ids: messages.map((one) => one.id), next: undefined, more: followingPage(view) });
    go(`/messages/${id}${wanted}`);
  };
  const toggleGroup = (key: string): void => setOpened((was) => (was.has(key) ? new Set([...was].filter((one) => one !== key)) : new Set([...was, key])));
  const refresh = (): void => {
    if (view.after === undefined) void client.invalidateQueries({ queryKey: ['queue'] });
    else go(pathOf({ ...view, after: undefined }));
  };
  const decide = (action: BulkAction): void => {
    const group = groupOfRow(selection.cursor);
    const ids = actedOn(selection, rows()).filter((row) => groupOfRow(row) === undefined);
    if (ids.length > 0) setWish({ action, target: { ids } });
    else if (group !== undefined) setWish({ action, target: { filter: { ...view.filter, group } } });
  };
  const assign = useAct((id: string) => post(`/messages/${id}/assign`, { accountId: account ?? null }), { invalidates: [['queue']], done: words.assigned });
  const assignOne = async (id: string): Promise<void> => {
    if ((await assign.run(id)) !== undefined) announce(words.assigned);
  };
  const assignMe = (): void => {
    const ids = actedOn(selection, rows());
    const [only] = ids;
    if (ids.length > 1 || groupOfRow(only) !== undefined) decide('assign');
    else if (only !== undefined) void assignOne(only);
  };
  const down = (): void => {
    const next = view.grouped ? undefined : list.data?.next;
    if (next !== undefined && selection.cursor !== undefined && rows().at(-1) === selection.cursor) forward(view, next);
    else step({ kind: 'move', by: 1 });
  };
  const escalate = (): void => {
    if (selection.cursor !== undefined && groupOfRow(selection.cursor) === undefined) open(selection.cursor, '?do=escalate');
  };
  const enter = (): void => {
    const group = groupOfRow(selection.cursor);
    if (group !== undefined) toggleGroup(group);
    else if (selection.cursor !== undefined) open(selection.cursor);
  };

  useKeys([
    { key: 'j', label: words.keyNext, run: down },
    { key: 'k', label: words.keyPrevious, run: () => step({ kind: 'move', by: -1 }) },
    { key: 'Enter', label: words.keyOpen, run: enter },
    ...(may
      ? ([
          { key: 'x', label: words.keyChoose, run: () => step({ kind: 'toggle', row: selection.cursor }) },
          { key: 'J', label: words.keyExtend, run: () => step({ kind: 'move', by: 1, extend: true }) },
          { key: 'K', label: words.keyExtendUp, run: () => step({ kind: 'move', by: -1, extend: true }) },
          { key: '*', label: words.keyAll, run: () => step({ kind: 'all' }) },
          { key: 'Escape', label: words.keyClear, run: () => step({ kind: 'none' }) },
          { key: 'r', label: words.keyRelease, run: () => decide('release') },
          { key: 'm', label: words.keyMasked, run: () => decide('release-masked') },
          { key: 'd', label: words.keyReject, run: () => decide('reject') },
          { key: 'e', label: words.keyEscalate, run: escalate },
          { key: 'a', label: words.assignMe, run: assignMe },
        ] satisfies KeyAction[])
      : []),
    { key: 'v', label: words.keyGroup, run: () => go(pathOf({ ...view, grouped: !view.grouped, after: undefined })) },
    { key: '.', label: words.keyRefresh, run: refresh },
  ]);

  const acts: RowActs = { selection, choose: (row, range) => step({ kind: range ? 'range' : 'toggle', row }), place: (row) => step({ kind: 'place', row }), open };
  const allChosen = messages.length > 0 && messages.every(({ id }) => selection.chosen.has(id));
  return (
    <PageFrame
      title={words.title}
      actions={
        <>
          <span role="status" aria-live="polite">
            {fresh.count > 0 || fresh.more ? (
              <Button type="primary" ghost onClick={refresh}>
                {fresh.count === 0 ? words.freshUnknown : narrow ? words.freshOutside(fresh.count, fresh.more) : words.fresh(fresh.count, fresh.more)}
              </Button>
            ) : null}
          </span>
          <Button onClick={refresh} loading={list.isFetching || groups.isFetching}>
            {words.refresh}
          </Button>
        </>
      }
    >
      <FilterBar view={view} seen={seenIn(messages)} />
      {view.grouped ? (
        <Loaded query={groups}>
          {({ groups: shown }) =>
            shown.length === 0 ? (
              <Empty view={view} />
            ) : (
              <QueueTable acts={acts} allChosen={false} onAll={() => undefined} canChoose={false}>
                {shown.map((group) => (
                  <GroupRows key={group.key} group={group} open={opened.has(group.key)} onOpen={() => toggleGroup(group.key)} filter={view.filter} acts={acts} canChoose={may} actions={may ? <GroupMenu onWish={(action) => setWish({ action, target: { filter: { ...view.filter, group: group.key } } })} /> : null} />
                ))}
              </QueueTable>
            )
          }
        </Loaded>
      ) : (
        <Loaded query={list}>
          {({ messages: shown, next }) => (
            <>
              {shown.length === 0 ? (
                <Empty view={view} />
              ) : (
                <QueueTable acts={acts} allChosen={allChosen} onAll={() => step({ kind: 'all' })} canChoose={may}>
                  <tbody className={list.isPlaceholderData ? 'old' : undefined}>
                    {shown.map((message) => (
                      <MessageRow key={message.id} message={message} acts={acts} canChoose={may} />
                    ))}
                  </tbody>
                </QueueTable>
              )}
              <Pager view={view} next={next} />
            </>
          )}
        </Loaded>
      )}
      {may && selection.chosen.size > 0 ? (
        <div className="choice-bar" role="region" aria-label={words.chosen(selection.chosen.size)}>
          <strong aria-live="polite">{words.chosen(selection.chosen.size)}</strong>
          <GroupActions onWish={decide} wide />
          {allChosen && !view.grouped && list.data?.next !== undefined ? <EverythingMenu onWish={(action) => setWish({ action, target: { filter: view.filter } })} /> : null}
          <span className="spread" />
          <Button type="text" onClick={() => step({ kind: 'none' })}>
            {words.chooseNone}
          </Button>
        </div>
      ) : null}
      {wish === undefined ? null : (
        <BulkDialog
          wish={wish}
          onClose={(done) => {
            setWish(undefined);
            if (done) step({ kind: 'none' });
          }}
        />
      )}
    </PageFrame>
  );
}

function GroupActions({ onWish, wide = false }: { readonly onWish: (action: BulkAction) => void; readonly wide?: boolean }): ReactNode {
  const words = useWords(queueWords);
  const size = wide ? 'middle' : 'small';
  return (
    <span className="decide-buttons">
      <Button size={size} {...(wide ? { type: 'primary' as const } : {})} onClick={() => onWish('release-masked')}>
        {words.releaseMasked}…
      </Button>
      <Button size={size} onClick={() => onWish('release')}>
        {words.release}…
      </Button>
      <Button size={size} danger onClick={() => onWish('reject')}>
        {words.reject}…
      </Button>
      {wide ? (
        <Button size={size} onClick={() => onWish('assign')}>
          {words.assign}…
        </Button>
      ) : null}
    </span>
  );
}

/** Of a whole group; behind one button, so that rows stay low. */
function GroupMenu({ onWish }: { readonly onWish: (action: BulkAction) => void }): ReactNode {
  const words = useWords(queueWords);
  const [open, setOpen] = useState(false);
  const wish = (action: BulkAction): void => {
    setOpen(false);
    onWish(action);
  };
  return (
    <Popover trigger={['click']} placement="left" open={open} onOpenChange={setOpen} content={<GroupActions onWish={wish} />}>
      <Button size="small" aria-haspopup="dialog">
        {words.decideGroup}…
      </Button>
    </Popover>
  );
}

function EverythingMenu({ onWish }: { readonly onWish: (action: BulkAction) => void }): ReactNode {
  const words = useWords(queueWords);
  const [open, setOpen] = useState(false);
  return open ? (
    <span className="everything">
      <small>{words.everythingChosen}:</small> <GroupActions onWish={onWish} />
    </span>
  ) : (
    <Button type="link" onClick={() => setOpen(true)}>
      {words.everything}
    </Button>
  );
}

function Empty({ view }: { readonly view: View }): ReactNode {
  const words = useWords(queueWords);
  return <p className="queue-empty">{Object.keys(view.filter).length === 0 ? words.emptyAll : words.empty}</p>;
}

function Pager({ view, next }: { readonly view: View; readonly next: string | undefined }): ReactNode {
  const words = useWords(queueWords);
  const path = pathOf(view);
  const before = previousOf(path);
  const first = pathOf({ ...view, after: undefined });
  if (next === undefined && view.after === undefined) return null;
  return (
    <nav className="pager" aria-label={words.next}>
      {view.after === undefined ? null : <Button onClick={() => go(before ?? first)}>{before === undefined ? words.first : words.previous}</Button>}
      <Button disabled={next === undefined} onClick={() => forward(view, next)}>
        {words.next}
      </Button>
    </nav>
  );
}

/** To the next page; the way back is kept, for cursors lead forward only. */
function forward(view: View, next: string | undefined): void {
  if (next === undefined) return;
  const following = pathOf({ ...view, after: next });
  rememberPrevious(following, pathOf(view));
  go(following);
  globalThis.scrollTo(0, 0);
}

/** Messages of the opened groups, in the order of the page. */
function membersShown(cached: readonly (readonly [readonly unknown[], QueuePageAnswer | undefined])[], keys: readonly string[], opened: ReadonlySet<string>): readonly Queued[] {
  const byGroup = new Map(cached.flatMap(([key, data]) => (data === undefined ? [] : [[(Object(key[2]) as { group?: string }).group, data.messages] as const])));
  return keys.filter((key) => opened.has(key)).flatMap((key) => byGroup.get(key) ?? []);
}

/** The rows as they stand on the page at the moment: groups, messages, both. */
function useRows(view: View, ids: readonly string[], opened: ReadonlySet<string>): () => readonly string[] {
  return () => {
    if (!view.grouped && opened.size === 0) return ids;
    return [...document.querySelectorAll<HTMLElement>('table.queue tr[data-row]')].flatMap(({ dataset }) => (dataset['row'] === undefined ? [] : [dataset['row']]));
  };
}

/** What has gone from the page is no longer chosen. */
function useFollowRows(rows: () => readonly string[], changes: readonly unknown[], dispatch: (choice: Choice) => void): void {
  const before = useRef<readonly string[]>([]);
  useEffect(() => {
    const now = rows();
    if (now.length > 0 && before.current.length > 0) dispatch({ rows: now, before: before.current });
    before.current = now;
  }, changes);
}

/** Comes back to where one was, and keeps the cursor in sight. */
function useScroll(path: string, there: boolean, cursor: string | undefined): void {
  const restored = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (!there || restored.current === path) return;
    restored.current = path;
    const place = placeIn(path);
    if (place !== undefined) globalThis.scrollTo(0, place.top);
  }, [path, there]);
  const moved = useRef(cursor);
  useEffect(() => {
    if (moved.current === cursor || cursor === undefined) return;
    moved.current = cursor;
    const row = [...document.querySelectorAll<HTMLElement>('table.queue tr[data-row]')].find(({ dataset }) => dataset['row'] === cursor);
    row?.scrollIntoView({ block: 'nearest' });
    const link = row?.querySelector<HTMLElement>('.q-link');
    if (link !== document.activeElement && row?.contains(document.activeElement) !== true) link?.focus({ preventScroll: true });
  }, [cursor]);
}

function seenIn(messages: readonly Queued[]): Readonly<Record<'route' | 'detector', readonly string[]>> {
  return {
    route: [...new Set(messages.map(({ route }) => route))].sort(),
    detector: [...new Set(['cn.resident-id', 'bank-card', 'cn.phone', ...messages.flatMap(({ detectors }) => detectors)])],
  };
}
