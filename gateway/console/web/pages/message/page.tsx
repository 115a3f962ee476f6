/** One held message: who sent what where, what was found and why, and the decision about it. */
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Skeleton } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { assignAnswer } from '../../../../review/queue-schemas.js';
import { post } from '../../api/client.js';
import { useNews } from '../../api/events.js';
import { rightsOf, useSession } from '../../api/session.js';
import { useKeys, type KeyAction } from '../../app/keys.js';
import { go, goInstead, Link, useParam, usePlace } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Loaded } from '../../ui/loaded.js';
import { announce } from '../queue/announce.js';
import { noteState, QUEUE_COUNTS } from '../queue/data.js';
import { following, knownList, neighbour, standing } from '../queue/list-memory.js';
import { SafeName } from '../queue/safe-text.js';
import { titleOf } from '../queue/table.js';
import { ContentView, type Sought } from './content.js';
import { isMail, messageKey, useMail, useMessage, type Message, type Queued } from './data.js';
import { DecideDialog, type Asked, type Decided } from './decide-dialog.js';
import { FalsePositiveDialog } from './false-positive-dialog.js';
import { MessageHeader } from './header.js';
import { MailEnvelope } from './mail/envelope.js';
import { MailView } from './mail/mail-view.js';
import { asked, MAIL_TABS, tabOf, waiting, type MailTab } from './mail/recipients.js';
import { mailWords } from './mail/words.js';
import { DECISIONS, offered, type Decision } from './offered.js';
import { OpenDialog, OpenedBar, type Shown } from './opening.js';
import { Assignment, CommentsView, FactsView, FindingsList, TimelineView } from './side.js';
import { messageWords } from './words.js';
import './message.css';

/** In the bar below the content, in this order; each with its key. */
const BUTTONS = [
  ['release-masked', 'm'],
  ['release', 'r'],
  ['reject', 'd'],
  ['approve', 'y'],
  ['refuse', 'n'],
  ['settle', 't'],
  ['escalate', 'e'],
  ['false-positive', 'f'],
  ['open', 'o'],
  ['legal-hold', 'h'],
] as const satisfies readonly (readonly [Decision, string])[];
type Shared = (typeof BUTTONS)[number][0];
/** After these one goes on to the next message. */
const ENDS: readonly Asked[] = ['release', 'release-masked', 'reject', 'approve', 'refuse', 'settle', 'escalate'];

export function MessagePage(): ReactNode {
  const id = useParam('id');
  const message = useMessage(id);
  const client = useQueryClient();
  useNews(
    useCallback(
      (kind: string, data: unknown) => {
        if (kind === 'message-changed' && (Object(data) as { id?: unknown }).id === id) void client.invalidateQueries({ queryKey: [...messageKey(id), 'facts'] });
      },
      [client, id],
    ),
  );
  return (
    <Loaded query={message}>
      {(data) => (
        <>
          <div className="page-head">
            <h1>
              <SafeName text={titleOf(data)} />
            </h1>
            <div className="page-actions">
              <Walk id={id} />
            </div>
          </div>
          <MessageView message={data} queued={data.queue} />
        </>
      )}
    </Loaded>
  );
}

/** Back, on, and how far one is in the list. */
function Walk({ id }: { readonly id: string }): ReactNode {
  const words = useWords(messageWords);
  const where = standing(id);
  const before = neighbour(id, -1);
  return (
    <>
      {where === undefined ? null : <small>{words.standing(where.at, `${where.of}${where.more ? '+' : ''}`)}</small>}
      <Button onClick={() => go(knownList()?.path ?? '/queue')}>{words.back}</Button>
      {where === undefined ? null : (
        <>
          <Button disabled={before === undefined} onClick={() => goTo(before)}>
            {words.previous}
          </Button>
          <Button disabled={where.at === where.of && !where.more} onClick={() => void goOn(id)}>
            {words.next}
          </Button>
        </>
      )}
    </>
  );
}

function goTo(id: string | undefined): void {
  if (id !== undefined) go(`/messages/${id}`);
}

/** To the next message of the list; false at its end. */
async function goOn(id: string): Promise<boolean> {
  const next = await following(id);
  goTo(next);
  return next !== undefined;
}

function MessageView({ message, queued }: { readonly message: Message; readonly queued: Queued | undefined }): ReactNode {
  const words = useWords(messageWords);
  const { message: notice } = App.useApp();
  const client = useQueryClient();
  const session = useSession();
  const place = usePlace();
  const { id } = message;
  const may = useMemo(() => offered(message, { rights: rightsOf(session), actor: session?.account === undefined ? undefined : `account:${session.account.name}` }, Date.now()), [message, session]);
  const mine = message.firstApproval !== undefined && message.firstApproval.actor === `account:${session?.account?.name ?? ''}`;
  const wanted = DECISIONS.find((one) => one === place?.query.get('do'));
  const [dialog, setDialog] = useState<Decision | undefined>(wanted !== undefined && may.has(wanted) ? wanted : undefined);
  const [part, setPart] = useState<string>();
  const [active, setActive] = useState<number>();
  const [sought, setSought] = useState<Sought>();
  const [shown, setShown] = useState<Shown>();
  const [parts, setParts] = useState<readonly string[]>([]);
  const about = useWords(mailWords);
  const asMail = useMail(id, message.canBeOpened && isMail(message));
  const mail = asMail.data;
  const [tab, setTab] = useState<MailTab>('text');
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const decides = may.has('release') || may.has('reject');
  const recipients = message.mail === undefined ? undefined : asked(message.mail.recipients, message.state, left);
  const comment = useRef<HTMLTextAreaElement | null>(null);
  const hide = useCallback(() => setShown(undefined), []);
  // The wish to open a dialog is spent: a reload must not ask again.
  useEffect(() => {
    if (wanted !== undefined) goInstead(`/messages/${id}`);
  }, [wanted, id]);

  const seek = (finding: number): void => {
    const where = message.findings[finding]?.part;
    setActive(finding);
    if (where !== undefined && (mail !== undefined || parts.includes(where))) setPart(where);
    setSought({ finding });
  };
  const stepFinding = (): void => {
    if (message.findings.length > 0) seek(active === undefined ? 0 : (active + 1) % message.findings.length);
  };
  const stepPart = (by: 1 | -1): void => {
    const at = part === undefined ? 0 : parts.indexOf(part);
    const next = parts[at + by];
    if (next === undefined) return;
    setPart(next);
    if (mail !== undefined && tab !== 'findings') setTab(tabOf(next, mail));
  };
  const stepTab = (): void => setTab(MAIL_TABS[(MAIL_TABS.indexOf(tab) + 1) % MAIL_TABS.length] ?? 'text');

  const finish = async (decision: Asked, answer: Decided, off: boolean): Promise<void> => {
    // Some of its recipients now have a message of their own; this one still waits for the others.
    const some = answer.id !== undefined && answer.id !== id ? recipients?.length : undefined;
    const said = some !== undefined ? about['done.some'](some) : decision === 'legal-hold' && off ? words['done.legal-hold-off'] : answer.state === 'awaiting-second' ? words['done.awaiting-second'] : words[`done.${decision}`];
    setDialog(undefined);
    void notice.success(said);
    announce(said);
    if (answer.state !== undefined && some === undefined) noteState(client, id, answer.state);
    void client.invalidateQueries({ queryKey: QUEUE_COUNTS });
    void client.invalidateQueries({ queryKey: messageKey(id) });
    if (some !== undefined) setLeft(new Set());
    if (some !== undefined || !ENDS.includes(decision) || knownList()?.ids.includes(id) !== true) return;
    if (await goOn(id)) return;
    announce(`${said}. ${words.endOfList}`);
    go(knownList()?.path ?? '/queue');
  };
  const assign = useAct((accountId: string | null) => post<z.output<typeof assignAnswer>>(`/messages/${encodeURIComponent(id)}/assign`, { accountId }), { invalidates: [messageKey(id)], done: words.assigned });
  const assignMe = (): void => void assign.run(session?.account?.id ?? null);

  const before = neighbour(id, -1);
  useKeys([
    { key: 'j', label: words.next, run: () => void goOn(id) },
    ...(before === undefined ? [] : [{ key: 'k', label: words.previous, run: () => go(`/messages/${before}`) }]),
    { key: 'u', label: words.keyBack, run: () => go(knownList()?.path ?? '/queue') },
    ...BUTTONS.filter(([decision]) => may.has(decision)).map(([decision, key]): KeyAction => ({ key, label: `${labelOf(words, decision, queued, mine)}…`, run: () => setDialog(decision) })),
    ...(may.has('assign') ? [{ key: 'a', label: words.assignMe, run: assignMe }] : []),
    ...(may.has('comment') ? [{ key: 'c', label: words.keyComment, run: () => comment.current?.focus() }] : []),
    { key: 'l', label: words.keyFinding, run: stepFinding },
    ...(mail === undefined ? [] : [{ key: 'v', label: about.keyTab, run: stepTab }]),
    { key: ']', label: words.keyPart, run: () => stepPart(1) },
    { key: '[', label: words.keyPartBack, run: () => stepPart(-1) },
  ]);

  return (
    <>
      <div className="message-columns">
        <div className="message-main">
          <MessageHeader message={message} queued={queued} assignment={<Assignment message={message} queued={queued} may={may.has('assign')} onAssign={(account) => void assign.run(account)} busy={assign.busy} />} />
          {isMail(message) ? <MailEnvelope message={message} mail={mail} left={left} onLeft={decides ? setLeft : undefined} active={active} onActive={setActive} /> : null}
          {asMail.isLoading ? (
            <Skeleton active paragraph={{ rows: 8 }} />
          ) : mail === undefined ? (
            <ContentView message={message} part={part} onPart={setPart} sought={sought} active={active} onActive={setActive} onParts={setParts} />
          ) : (
            <MailView mail={mail} tab={tab} onTab={setTab} message={message} part={part} onPart={setPart} sought={sought} active={active} onActive={setActive} onParts={setParts} />
          )}
        </div>
        <div className="message-side">
          {shown === undefined ? null : <OpenedBar shown={shown} onEnd={hide} />}
          <FindingsList message={message} active={active} onSeek={seek} shown={shown} />
          <FactsView message={message} />
          <CommentsView message={message} may={may.has('comment')} field={comment} />
          <TimelineView message={message} />
        </div>
      </div>
      <DecisionBar may={may} queued={queued} mine={mine} onDecide={setDialog} />
      {dialog === undefined ? null : dialog === 'open' ? (
        <OpenDialog message={message} onClose={() => setDialog(undefined)} onShown={setShown} />
      ) : dialog === 'false-positive' ? (
        <FalsePositiveDialog
          message={message}
          active={active}
          onClose={() => setDialog(undefined)}
          onDone={() => {
            setDialog(undefined);
            void notice.success(words['done.false-positive']);
            announce(words['done.false-positive']);
            void client.invalidateQueries({ queryKey: messageKey(id) });
          }}
        />
      ) : dialog === 'assign' || dialog === 'comment' ? null : (
        <DecideDialog decision={dialog} message={message} queued={queued} recipients={recipients} of={message.mail === undefined ? 0 : waiting(message.mail.recipients, message.state).length} onClose={() => setDialog(undefined)} onDone={(answer, off) => void finish(dialog, answer, off)} />
      )}
    </>
  );
}

function labelOf(words: ReturnType<typeof useWords<typeof messageWords>>, decision: Shared, queued: Queued | undefined, mine: boolean): string {
  if (decision === 'refuse' && mine) return words['do.refuse-own'];
  return decision === 'legal-hold' && queued?.legalHold === true ? words['do.legal-hold-off'] : words[`do.${decision}`];
}

function DecisionBar({ may, queued, mine, onDecide }: { readonly may: ReadonlySet<Decision>; readonly queued: Queued | undefined; readonly mine: boolean; readonly onDecide: (decision: Decision) => void }): ReactNode {
  const words = useWords(messageWords);
  const buttons = BUTTONS.filter(([decision]) => may.has(decision));
  if (buttons.length === 0) return null;
  return (
    <div className="decision-bar" role="region" aria-label={words.decisions}>
      {buttons.map(([decision, key]) => (
        <Button key={decision} type={decision === 'release-masked' || decision === 'approve' ? 'primary' : 'default'} danger={decision === 'reject' || decision === 'refuse'} onClick={() => onDecide(decision)}>
          {labelOf(words, decision, queued, mine)} <kbd aria-hidden="true">{key.toUpperCase()}</kbd>
        </Button>
      ))}
      <span className="spread" />
      <Link to={knownList()?.path ?? '/queue'}>{words.back}</Link>
    </div>
  );
}
