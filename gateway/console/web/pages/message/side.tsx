/** Beside the content: findings with their reasons, computed facts, who has it, what was said, what happened. */
import { Button, Input, Select } from 'antd';
import { useId, useState, type ReactNode, type RefObject } from 'react';
import type { z } from 'zod';
import type { commentAnswer } from '../../../../review/comments-schemas.js';
import { post } from '../../api/client.js';
import { useLanguage } from '../../app/language.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { REASON_MOST } from '../../ui/reason-button.js';
import { announce } from '../queue/announce.js';
import { useAssignees } from '../queue/data.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { SafeText } from '../queue/safe-text.js';
import { messageKey, useComments, type Message, type Queued } from './data.js';
import { FindingText } from './finding-words.js';
import type { Shown } from './opening.js';
import { actorName, messageWords, partName, wordOf } from './words.js';

/** More are shown when asked for: a message keeps up to a thousand. */
const FINDINGS_SHOWN = 60;

export function FindingsList({ message, active, onSeek, shown }: { readonly message: Message; readonly active: number | undefined; readonly onSeek: (finding: number) => void; readonly shown: Shown | undefined }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const [most, setMost] = useState(FINDINGS_SHOWN);
  const values = new Map(shown?.values.map(({ finding, value }) => [finding, value]));
  return (
    <Section title={words.findings} actions={<small>{words.findingsOf(message.findings.length)}</small>}>
      {message.findings.length === 0 ? <p>{held.nothingFound}</p> : null}
      <ol className="findings">
        {message.findings.slice(0, most).map((finding, at) => {
          const value = values.get(at);
          return (
            <li key={at} className={at === active ? 'finding finding-active' : 'finding'}>
              <button type="button" className="finding-go" title={words.goToFinding(`${wordFor(held, 'detector', finding.detector)} ${finding.preview}`)} onClick={() => onSeek(at)}>
                <span className={value === undefined ? 'code' : 'code opened-value'}>{value ?? finding.preview}</span>
              </button>
              <small className="finding-part">{partName(words, finding.part)}</small>
              <div>
                <FindingText finding={finding} isFalse={message.falsePositives.includes(at)} />
              </div>
            </li>
          );
        })}
      </ol>
      {message.findings.length > most ? <Button onClick={() => setMost(most + FINDINGS_SHOWN)}>{words.moreFindings(Math.min(FINDINGS_SHOWN, message.findings.length - most))}</Button> : null}
    </Section>
  );
}

export function FactsView({ message }: { readonly message: Message }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const language = useLanguage();
  const { distinctNumbers, atLeast, distinctPeople, regions, senderHistory, recipientFirstSeen, destinationFirstSeen } = message.facts;
  const counted = (count: number): string => (atLeast ? words.atLeast(count) : String(count));
  const most = Math.max(1, ...(regions ?? []).map(({ count }) => count));
  const { held30d, released30d, rejected30d } = senderHistory;
  const seen = (at: string | undefined): ReactNode => (at === undefined ? <strong>{words.firstTime}</strong> : <Moment at={at} as="relative" />);
  return (
    <Section title={words.facts}>
      <dl className="side-facts">
        <div>
          <dt>{words.people}</dt>
          <dd className="big">{counted(distinctPeople)}</dd>
        </div>
        <div>
          <dt>{words.distinct}</dt>
          <dd>
            {Object.entries(distinctNumbers).map(([detector, count]) => (
              <span key={detector} className="fact-line">
                {wordFor(held, 'detector', detector)} <b>{counted(count)}</b>
              </span>
            ))}
          </dd>
        </div>
        {regions === undefined || regions.length === 0 ? null : (
          <div>
            <dt>{words.regions}</dt>
            <dd>
              <ul className="regions">
                {regions.map(({ code, count, ...names }) => (
                  <li key={code}>
                    <span>{names[language]}</span>
                    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                      <rect width={(count / most) * 100} height="6" />
                    </svg>
                    <b>{count}</b>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
        <div>
          <dt>{words.history}</dt>
          <dd>{held30d + released30d + rejected30d === 0 ? words.noHistory : words.historyOf(held30d, released30d, rejected30d)}</dd>
        </div>
        {message.recipients.length === 0 ? null : (
          <div>
            <dt>{words.recipientSeen}</dt>
            <dd>{seen(recipientFirstSeen)}</dd>
          </div>
        )}
        {message.recipients.length > 0 && destinationFirstSeen === undefined ? null : (
          <div>
            <dt>{words.destinationSeen}</dt>
            <dd>{seen(destinationFirstSeen)}</dd>
          </div>
        )}
      </dl>
    </Section>
  );
}

export function Assignment({ message, queued, may, onAssign, busy }: { readonly message: Message; readonly queued: Queued | undefined; readonly may: boolean; readonly onAssign: (account: string | null) => void; readonly busy: boolean }): ReactNode {
  const words = useWords(messageWords);
  const { data } = useAssignees(may);
  const now = queued?.assignee;
  const people = [...(data?.people ?? []), ...(now === undefined || data?.people.some(({ id }) => id === now.id) === true ? [] : [now])];
  if (!may) return now === undefined ? null : <p className="assignment">{`${words.assignee}: ${now.displayName}`}</p>;
  return (
    <div className="assignment">
      <label htmlFor={`assignee-${message.id}`}>{words.assignee}</label>
      <Select
        id={`assignee-${message.id}`}
        value={now?.id ?? ''}
        loading={busy}
        onChange={(id) => onAssign(id === '' ? null : id)}
        options={[{ value: '', label: words.nobody }, ...people.map(({ id, displayName }) => ({ value: id, label: displayName }))]}
        popupMatchSelectWidth={false}
      />
    </div>
  );
}

export function CommentsView({ message, may, field }: { readonly message: Message; readonly may: boolean; readonly field: RefObject<HTMLTextAreaElement | null> }): ReactNode {
  const words = useWords(messageWords);
  const comments = useComments(message.id);
  const [text, setText] = useState('');
  const id = useId();
  const add = useAct((body: { readonly text: string }) => post<z.output<typeof commentAnswer>>(`/messages/${encodeURIComponent(message.id)}/comments`, body), { invalidates: [messageKey(message.id)], done: words.commented });
  const submit = async (): Promise<void> => {
    if (text.trim() === '' || add.busy || (await add.run({ text: text.trim() })) === undefined) return;
    setText('');
    announce(words.commented);
  };
  return (
    <Section title={words.comments}>
      <Loaded query={comments}>
        {({ comments: list }) => (
          <ul className="comments">
            {list.map(({ n, at, actor, author, text: said }) => (
              <li key={n}>
                <strong>{author ?? actorName(words, actor)}</strong> <Moment at={at} as="relative" />
                <p>
                  <SafeText text={said} />
                </p>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {may ? (
        <form
          className="comment-form"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <label htmlFor={id}>{words.comment}</label>
          <Input.TextArea id={id} ref={(area) => void (field.current = area?.resizableTextArea?.textArea ?? null)} rows={2} value={text} maxLength={REASON_MOST} onChange={(event) => setText(event.target.value)} aria-describedby={`${id}-hint`} />
          <small id={`${id}-hint`}>{words.commentHint}</small>
          <Button htmlType="submit" disabled={text.trim() === ''} loading={add.busy}>
            {words.addComment}
          </Button>
        </form>
      ) : null}
    </Section>
  );
}

/** Of an entry's codes and counts; the rest belongs to the audit. */
const DETAILS_SHOWN = ['as', 'what', 'outcome', 'rule', 'severity', 'status', 'code', 'to', 'until', 'findings', 'on', 'exception'];

export function TimelineView({ message }: { readonly message: Message }): ReactNode {
  const words = useWords(messageWords);
  return (
    <Section title={words.timeline}>
      <ol className="timeline">
        {message.timeline.map(({ at, actor, act, text, detail }, index) => {
          const details = Object.entries(detail ?? {}).filter(([key]) => DETAILS_SHOWN.includes(key));
          return (
            <li key={index}>
              <strong>{wordOf(words, 'act', act)}</strong> · {actorName(words, actor)}
              <div>
                <Moment at={at} />
              </div>
              {text === undefined ? null : (
                <p>
                  <SafeText text={text} />
                </p>
              )}
              {details.length === 0 ? null : <small className="code">{details.map(([key, value]) => `${key}=${value}`).join(' ')}</small>}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
