/** The envelope of a held mail beside what the mail says of itself, and its recipients with their fates: those chosen are decided about. */
import { Alert, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from '../../../app/router.js';
import { useWords } from '../../../app/words-of.js';
import { Moment } from '../../../ui/moment.js';
import { Section } from '../../../ui/page-frame.js';
import { heldWords } from '../../queue/held-words.js';
import { SafeName } from '../../queue/safe-text.js';
import { Segments } from '../content.js';
import type { Mail, Message } from '../data.js';
import { tally, waiting, waits } from './recipients.js';
import { mailWord, mailWords } from './words.js';
import './mail.css';

type Envelope = NonNullable<Message['mail']>;

export interface EnvelopeProps {
  readonly message: Message;
  readonly mail: Mail | undefined;
  readonly left: ReadonlySet<number>;
  /** Recipients who are not to be decided about now. Absent where nothing is decided. */
  readonly onLeft: ((left: ReadonlySet<number>) => void) | undefined;
  readonly active: number | undefined;
  readonly onActive: (finding: number) => void;
}

export function MailEnvelope({ message, mail, left, onLeft, active, onActive }: EnvelopeProps): ReactNode {
  const words = useWords(mailWords);
  const envelope = message.mail;
  const from = mail?.fields.filter(({ name }) => name === 'from').flatMap(({ people = [] }) => people) ?? [];
  return (
    <Section title={words.envelope}>
      <dl className="message-facts">
        {envelope === undefined ? null : (
          <div>
            <dt>{words.envelopeFrom}</dt>
            <dd>{envelope.from === undefined ? <small>{words.nullSender}</small> : <SafeName text={envelope.from} />}</dd>
          </div>
        )}
        {from.length === 0 ? null : (
          <div>
            <dt>{words.headerFrom}</dt>
            <dd>
              <People people={from} message={message} active={active} onActive={onActive} />
            </dd>
          </div>
        )}
      </dl>
      {mail === undefined || mail.warnings.length === 0 ? null : (
        <div className="mail-warnings">
          <Alert type={mail.warnings.every((code) => code === 'blind-recipients' || code === 'from-address') ? 'info' : 'warning'} showIcon title={<Warnings texts={mail.warnings.map((code) => mailWord(words, 'warning', code))} />} />
        </div>
      )}
      {envelope === undefined ? null : <Recipients envelope={envelope} state={message.state} left={left} onLeft={onLeft} />}
      {envelope?.splitFrom === undefined ? null : (
        <p>
          {words.splitFrom} <Link to={`/messages/${envelope.splitFrom}`}>{envelope.splitFrom}</Link>
        </p>
      )}
    </Section>
  );
}

function Warnings({ texts }: { readonly texts: readonly string[] }): ReactNode {
  const [only] = texts;
  if (texts.length === 1) return only;
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** Names and addresses, told apart. */
export function People({ people, message, active, onActive }: { readonly people: NonNullable<Mail['fields'][number]['people']>; readonly message: Message; readonly active: number | undefined; readonly onActive: (finding: number) => void }): ReactNode {
  const words = useWords(mailWords);
  return (
    <ul className="mail-people">
      {people.map((one, at) => (
        <li key={at}>
          <bdi>
            {one.name.length === 0 ? null : (
              <>
                <Segments segments={one.name} message={message} active={active} onActive={onActive} />{' '}
              </>
            )}
            <span className={one.name.length === 0 ? undefined : 'mail-address'}>
              {one.name.length === 0 ? '' : '<'}
              <Segments segments={one.address} message={message} active={active} onActive={onActive} />
              {one.name.length === 0 ? '' : '>'}
            </span>
            {one.disguised === true ? <span className="mail-disguised">{words.disguised}</span> : null}
          </bdi>
        </li>
      ))}
    </ul>
  );
}

/** Rows drawn at first: a mail may go to ten thousand. */
const ROWS = 50;

function Recipients({ envelope: { recipients }, state, left, onLeft }: { readonly envelope: Envelope; readonly state: Message['state']; readonly left: ReadonlySet<number>; readonly onLeft: EnvelopeProps['onLeft'] }): ReactNode {
  const words = useWords(mailWords);
  const held = useWords(heldWords);
  const [most, setMost] = useState(ROWS);
  const open = waiting(recipients, state);
  const chosen = open.filter((n) => !left.has(n));
  const outside = recipients.filter((one) => one.outside === true).length;
  const canChoose = onLeft !== undefined && open.length > 1;
  const toggle = (n: number): void => {
    const next = new Set(left);
    if (!next.delete(n)) next.add(n);
    onLeft?.(next);
  };
  if (recipients.length === 0) return null;
  return (
    <div className="mail-recipients">
      <p className="mail-tally">
        <b>{words.recipients}</b>
        {tally(recipients).map(({ fate, count }) => (
          <span key={fate} className={`fate fate-${fate}`}>
            {mailWord(words, 'fate', fate)} <b>{count}</b>
          </span>
        ))}
        {outside === 0 ? null : <span className="outside">{held.outsideOf(outside)}</span>}
      </p>
      <div className="table-scroll">
        <table className="table" aria-label={words.recipients}>
          <thead>
            <tr>
              {canChoose ? (
                <th scope="col" className="col-choose">
                  <input
                    type="checkbox"
                    aria-label={words.chooseAll}
                    checked={chosen.length === open.length}
                    ref={(box) => {
                      if (box !== null) box.indeterminate = chosen.length > 0 && chosen.length < open.length;
                    }}
                    onChange={() => onLeft(chosen.length === open.length ? new Set(open) : new Set())}
                  />
                </th>
              ) : null}
              <th scope="col">{words.recipient}</th>
              <th scope="col">{words.fate}</th>
              <th scope="col">{words.hop}</th>
              <th scope="col">{words.reply}</th>
              <th scope="col" className="mail-since">{words.since}</th>
            </tr>
          </thead>
          <tbody>
            {recipients.slice(0, most).map(({ n, address, outside: isOutside, fate, hop, code, enhanced, inDoubt, at }) => (
              <tr key={n}>
                {canChoose ? (
                  <td className="col-choose">{waits({ n, fate }, state) ? <input type="checkbox" aria-label={words.chooseOne(address)} checked={!left.has(n)} onChange={() => toggle(n)} /> : null}</td>
                ) : null}
                <td>
                  <SafeName text={address} />
                  {isOutside === true ? (
                    <span className="outside" title={held.outsideHint}>
                      {held.outside}
                    </span>
                  ) : null}
                </td>
                <td>
                  <span className={`fate fate-${fate}`}>{mailWord(words, 'fate', fate)}</span>
                  {inDoubt ? <span className="mail-disguised">{words.inDoubt}</span> : null}
                </td>
                <td className="mail-hop">{hop}</td>
                <td className="code">{[code, enhanced].filter((one) => one !== undefined).join(' ')}</td>
                <td className="mail-since">
                  <Moment at={at} as="relative" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {recipients.length > most ? <Button onClick={() => setMost(most + 500)}>{words.moreRecipients(Math.min(500, recipients.length - most))}</Button> : null}
      {onLeft === undefined || open.length === 0 ? null : (
        <p className="mail-chosen" role="status">
          {chosen.length === open.length ? words.chosenAll(open.length) : chosen.length === 0 ? words.chosenNone : words.chosenSome(chosen.length, open.length)}
        </p>
      )}
    </div>
  );
}
