/** The rows of the queue: one message in two lines, or a group of alike ones with its messages below it. */
import type { MouseEvent, ReactNode } from 'react';
import { Link } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { Moment } from '../../ui/moment.js';
import { GROUP_SHOWN, useGroupMembers, type Groups, type Queued } from './data.js';
import type { Filter } from './filter.js';
import { heldWords, wordFor } from './held-words.js';
import { Found, Marks, RiskScore, Severity, State, Waiting } from './marks.js';
import { SafeName } from './safe-text.js';
import { WAITING } from './filter.js';
import type { Selection } from './selection.js';
import { queueWords } from './words.js';

export interface RowActs {
  readonly selection: Selection;
  readonly choose: (row: string, range: boolean) => void;
  readonly place: (row: string) => void;
  readonly open: (id: string) => void;
}

export function QueueTable({ acts, allChosen, onAll, canChoose, children }: { readonly acts: RowActs; readonly allChosen: boolean; readonly onAll: () => void; readonly canChoose: boolean; readonly children: ReactNode }): ReactNode {
  const words = useWords(queueWords);
  const half = (box: HTMLInputElement | null): void => {
    if (box !== null) box.indeterminate = !allChosen && acts.selection.chosen.size > 0;
  };
  return (
    <table className="queue" aria-label={words.table}>
      <thead>
        <tr>
          <th scope="col" className="col-choose">
            {canChoose ? <input type="checkbox" aria-label={words.chooseAll} checked={allChosen} onChange={onAll} ref={half} /> : <span className="read-aloud">{words.colChoose}</span>}
          </th>
          <th scope="col" className="col-risk">{words.colRisk}</th>
          <th scope="col">{words.colMessage}</th>
          <th scope="col" className="col-found">{words.colFound}</th>
          <th scope="col" className="col-route">{words.colRoute}</th>
          <th scope="col" className="col-waiting">{words.colWaiting}</th>
          <th scope="col" className="col-state">{words.colState}</th>
        </tr>
      </thead>
      {children}
    </table>
  );
}

/** A click on a row opens it, but not one that meant something in it or marked text. */
function meantTheRow(event: MouseEvent<HTMLElement>): boolean {
  const inner = (event.target as HTMLElement).closest('a, button, input, label, [role="img"]');
  return inner === null && globalThis.getSelection()?.isCollapsed !== false;
}

export function MessageRow({ message, acts, within, canChoose }: { readonly message: Queued; readonly acts: RowActs; readonly within?: string | undefined; readonly canChoose: boolean }): ReactNode {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  const { id } = message;
  const chosen = acts.selection.chosen.has(id);
  const decided = !(WAITING as readonly string[]).includes(message.state);
  const classes = ['q-row', ...(acts.selection.cursor === id ? ['q-row-cursor'] : []), ...(chosen ? ['q-row-chosen'] : []), ...(decided ? ['q-row-decided'] : []), ...(within === undefined ? [] : ['q-row-within'])];
  const sender = message.sender ?? message.user;
  const here = (event: MouseEvent<HTMLElement>): void => {
    // In another window nothing is left behind here.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    acts.open(id);
  };
  return (
    <tr
      className={classes.join(' ')}
      data-row={id}
      onClick={(event) => {
        if (meantTheRow(event)) acts.open(id);
      }}
    >
      <td className="col-choose">
        {canChoose ? <input type="checkbox" checked={chosen} aria-label={words.chooseOne(id)} onChange={() => undefined} onClick={(event) => acts.choose(id, event.shiftKey)} /> : null}
      </td>
      <td className="col-risk">
        <RiskScore risk={message.risk} />
        <Severity severity={message.severity} />
      </td>
      <td className="col-message">
        <div className="line">
          <span className="from">{sender === undefined ? <small>{held.noSender}</small> : <SafeName text={sender} />}</span>
          <span className="arrow" aria-hidden="true">→</span>
          <span className="read-aloud">{held.to}</span>
          <Whereto message={message} />
        </div>
        <div className="line line-what">
          <Link to={`/messages/${id}`} className="q-link" onFocus={() => acts.place(id)} onClick={here}>
            <SafeName text={titleOf(message)} />
          </Link>
          {message.fileNames.slice(0, 2).map((name) => (
            <span key={name} className="file">
              <SafeName text={name} />
            </span>
          ))}
          <Marks fourEyes={message.fourEyes} legalHold={message.legalHold} joined={message.joined} comments={message.comments} />
        </div>
      </td>
      <td className="col-found">
        <Found counts={message.findingCounts} unread={message.unscannableReasons} />
      </td>
      <td className="col-route">
        {message.route}
        <small>{wordFor(held, 'channel', message.channel)}</small>
      </td>
      <td className="col-waiting">{decided ? <Moment at={message.decision?.at ?? message.receivedAt} as="relative" /> : <Waiting ageSeconds={message.ageSeconds} sla={message.sla} dueAt={message.slaDueAt} />}</td>
      <td className="col-state">
        <State state={message.state} />
        {message.assignee === undefined ? null : <small>{message.assignee.displayName}</small>}
      </td>
    </tr>
  );
}

/** What one would call it: its subject, else a file, else what was asked of the other side. */
export function titleOf({ subject, fileNames, method, target, id }: Pick<Queued, 'subject' | 'method' | 'target' | 'id'> & { readonly fileNames?: readonly string[] }): string {
  if (subject !== undefined && subject !== '') return subject;
  // Mail has no request: what stands there is the word of its dialogue.
  const request = method === 'MAIL' ? '' : `${method} ${target}`.trim();
  return request !== '' ? request : (fileNames?.[0] ?? id);
}

function Whereto({ message }: { readonly message: Queued }): ReactNode {
  const held = useWords(heldWords);
  // Who is outside matters most.
  const [at = 0] = message.outside;
  const first = message.recipients[at];
  const others = message.recipients.length - 1;
  return (
    <span className="whereto">
      {first === undefined ? null : <SafeName text={first} />}
      {message.outside.length === 0 ? null : (
        <span className="outside" title={held.outsideHint}>
          {others > 0 ? held.outsideOf(message.outside.length) : held.outside}
        </span>
      )}
      {others > 0 ? <small>{held.andMore(others)}</small> : null}
      {message.destination === '' ? null : (
        <small className={first === undefined ? 'destination-alone' : 'destination'}>
          <SafeName text={message.destination} />
        </small>
      )}
    </span>
  );
}

export type Group = Groups['groups'][number];

export function GroupRows({ group, open, onOpen, filter, acts, canChoose, actions }: { readonly group: Group; readonly open: boolean; readonly onOpen: () => void; readonly filter: Filter; readonly acts: RowActs; readonly canChoose: boolean; readonly actions: ReactNode }): ReactNode {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  const members = useGroupMembers(filter, group.key, open);
  const row = rowOfGroup(group.key);
  const { sample } = group;
  const sender = sample.sender ?? sample.user ?? held.noSender;
  return (
    <tbody>
      <tr className={acts.selection.cursor === row ? 'q-row group q-row-cursor' : 'q-row group'} data-row={row} onClick={(event) => {
          if (meantTheRow(event)) onOpen();
        }}>
        <td className="col-choose">
          <button type="button" className="group-open q-link" aria-expanded={open} aria-label={words.open(`${titleOf(sample)} (${words.groupSize(group.size)})`)} onFocus={() => acts.place(row)} onClick={onOpen}>
            {open ? '▾' : '▸'}
          </button>
        </td>
        <td className="col-risk">
          <RiskScore risk={sample.risk} />
          <Severity severity={sample.severity} />
        </td>
        <td className="col-message">
          <div className="line">
            <SafeName text={sender} />
            <span className="arrow" aria-hidden="true">→</span>
            <Whereto message={sample} />
          </div>
          <div className="line line-what">
            <b className="group-size">{words.groupSize(group.size)}</b>
            <small>{words[`why.${group.why}`]}</small>
            <SafeName text={titleOf(sample)} />
          </div>
        </td>
        <td className="col-found">
          <Found counts={sample.findingCounts} unread={sample.unscannableReasons} />
        </td>
        <td className="col-route">
          {sample.route}
          <small>{wordFor(held, 'channel', sample.channel)}</small>
        </td>
        <td className="col-waiting">
          <small>{words.oldest}</small>
          <Moment at={group.oldest} as="relative" />
        </td>
        <td className="col-state">{actions}</td>
      </tr>
      {open ? members.data?.messages.map((message) => <MessageRow key={message.id} message={message} acts={acts} within={group.key} canChoose={canChoose} />) : null}
      {open && group.size > GROUP_SHOWN ? (
        <tr>
          <td colSpan={7}>
            <small>{words.shownOf(GROUP_SHOWN, group.size)}</small>
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}

/** Groups and messages share one list of rows. */
export function rowOfGroup(key: string): string {
  return `group:${key}`;
}
export function groupOfRow(row: string | undefined): string | undefined {
  return row?.startsWith('group:') === true ? row.slice('group:'.length) : undefined;
}
