/** The dialogs of a decision: what it does, a reason, and only then the act. What cannot be taken back says so. */
import { Alert, Button, Input, Modal, Radio, Switch } from 'antd';
import { useState, type ReactNode } from 'react';
import { post } from '../../api/client.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { PRESETS as BULK_PRESETS } from '../queue/bulk-dialog.js';
import { REASON_MOST } from '../../ui/reason-button.js';
import { ReasonField } from '../queue/reason-field.js';
import { SafeName } from '../queue/safe-text.js';
import { queueWords } from '../queue/words.js';
import { CompareView, staying } from './compare.js';
import { useCompare, type Message, type Queued } from './data.js';
import { highRisk, type Decision } from './offered.js';
import { mailWords } from './mail/words.js';
import { messageWords } from './words.js';

export type Asked = Exclude<Decision, 'assign' | 'comment' | 'open' | 'false-positive'>;
export interface Decided {
  readonly id?: string;
  readonly state?: Message['state'];
}

const PRESETS = {
  release: ['preset.release-1', 'preset.release-2', 'preset.release-3'],
  approve: ['preset.approve-1'],
  refuse: ['preset.refuse-1'],
  escalate: ['preset.escalate-1', 'preset.escalate-2'],
  settle: [],
  'legal-hold': [],
} as const satisfies Partial<Record<Asked, readonly (keyof typeof messageWords)[]>>;

export interface DecideProps {
  readonly decision: Asked;
  readonly message: Message;
  readonly queued: Queued | undefined;
  /** Of a mail: those whom a release or rejection is about, where that is not all of them. */
  readonly recipients: readonly number[] | undefined;
  /** So many of its recipients wait; none where it is no mail. */
  readonly of: number;
  readonly onClose: () => void;
  readonly onDone: (answer: Decided, turnedOff: boolean) => void;
}

/** Decided for some recipients or all; everything else is about the whole message. */
const PARTED: readonly Asked[] = ['release', 'release-masked', 'reject'];

export function DecideDialog({ decision, message, queued, recipients, of, onClose, onDone }: DecideProps): ReactNode {
  const words = useWords(messageWords);
  const app = useWords(appWords);
  const bulk = useWords(queueWords);
  const mail = useWords(mailWords);
  const high = highRisk(message, queued?.risk.score);
  const [part, setPart] = useState<string>();
  const compare = useCompare(message.id, part, decision === 'release-masked' && message.canBeOpened);
  const stays = compare.data === undefined ? 0 : staying(compare.data);
  const masked = decision === 'release-masked' || (decision === 'approve' && message.firstApproval?.as === 'masked');
  // An original of high risk leaves for a reason in one's own words; so does what a mask leaves standing.
  const typed = (decision === 'release' && high) || (decision === 'release-masked' && stays > 0) || (decision === 'approve' && high && !masked);
  const presets = typed ? [] : decision === 'release-masked' || decision === 'reject' ? BULK_PRESETS[decision].map((key) => bulk[key]) : PRESETS[decision].map((key) => words[key]);
  // A usual reason stands there already where a wrong decision does least harm.
  const prefilled = (decision === 'release' || decision === 'release-masked') && !typed ? (presets[0] ?? '') : '';
  const [written, setWritten] = useState<string>();
  const reason = written ?? prefilled;
  const [notify, setNotify] = useState(true);
  const [told, setTold] = useState('');
  const parted = PARTED.includes(decision) && of > 0;
  const nobody = parted && recipients?.length === 0;
  const [outcome, setOutcome] = useState<'arrived' | 'retry'>();
  const off = decision === 'legal-hold' && queued?.legalHold === true;
  const act = useAct((body: unknown) => post<Decided>(`/messages/${encodeURIComponent(message.id)}/${pathOf(decision)}`, body), { quiet: true });

  const compared = decision !== 'release-masked' || !message.canBeOpened || compare.data !== undefined || compare.isError;
  // Until the comparison is there nobody knows whether a usual reason will do.
  const waits = !compared;
  const impossible = decision === 'release-masked' && compare.data?.possible === false;
  const ready = reason.trim() !== '' && !nobody && compared && !impossible && !act.busy && (decision !== 'settle' || outcome !== undefined);
  const submit = async (): Promise<void> => {
    if (!ready) return;
    const answer = await act.run(bodyOf(decision, reason.trim(), { notify, outcome, off, recipients: parted ? recipients : undefined, told: decision === 'reject' && notify ? told.trim() : '' }));
    if (answer !== undefined) onDone(answer, off);
  };
  const label = off ? words['do.legal-hold-off'] : words[`do.${decision}`];
  const danger = decision === 'release' || decision === 'reject' || decision === 'refuse' || (decision === 'approve' && !masked);
  return (
    <Modal
      open
      title={label}
      width={decision === 'release-masked' && message.canBeOpened ? 980 : 560}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {app.cancel}
        </Button>,
        <Button key={waits ? 'waits' : 'ok'} type="primary" danger={danger} disabled={!ready} loading={act.busy} autoFocus={!waits && prefilled !== ''} onClick={() => void submit()}>
          {label}
        </Button>,
      ]}
    >
      <Note decision={decision} message={message} high={high} off={off} />
      {parted ? <About message={message} recipients={recipients} of={of} /> : null}
      {act.error === null || act.error === undefined ? null : <Failure error={act.error} />}
      {decision === 'release-masked' ? message.canBeOpened && !compare.isError ? <CompareView compare={compare.data} onPart={setPart} /> : <Alert type="info" showIcon title={words.compareAbsent} /> : null}
      {decision === 'settle' ? (
        <Radio.Group
          value={outcome}
          onChange={(event) => setOutcome(event.target.value as 'arrived' | 'retry')}
          vertical
          options={[
            { value: 'arrived', label: words.arrived },
            { value: 'retry', label: words.retry },
          ]}
        />
      ) : null}
      {decision === 'reject' ? (
        <div className="notify">
          <span className="q-switch">
            <Switch size="small" id="notify-sender" checked={notify} onChange={setNotify} />
            <label htmlFor="notify-sender">{words.notify}</label>
          </span>
          <small>{words.notifyHint}</small>
          {of > 0 && notify ? (
            <div className="q-field">
              <label htmlFor="words-for-sender">{mail.wordsForSender}</label>
              <Input.TextArea id="words-for-sender" rows={2} maxLength={REASON_MOST} value={told} onChange={(event) => setTold(event.target.value)} />
              <small>{mail.wordsHint}</small>
            </div>
          ) : null}
        </div>
      ) : null}
      {impossible || waits ? null : <ReasonField value={reason} onChange={setWritten} presets={presets} focus={prefilled === ''} {...(typed ? { hint: stays > 0 ? words.staysTyped : words.typed } : {})} onSubmit={() => void submit()} />}
    </Modal>
  );
}

function Note({ decision, message, high, off }: { readonly decision: Asked; readonly message: Message; readonly high: boolean; readonly off: boolean }): ReactNode {
  const words = useWords(messageWords);
  const fourEyes = message.fourEyes && (decision === 'release' || decision === 'release-masked');
  const text =
    decision === 'approve'
      ? words['note.approve'](words[`as.${message.firstApproval?.as ?? 'original'}`])
      : decision === 'release' && high
        ? words['note.release-high']
        : off
          ? words['note.legal-hold-off']
          : words[`note.${decision}`];
  return (
    <>
      {decision === 'release' && high ? <Alert type="error" showIcon title={text} /> : <p>{text}</p>}
      {fourEyes ? <Alert type="info" showIcon title={words['note.four-eyes']} /> : null}
    </>
  );
}

/** Names are listed up to here. */
const NAMED_MOST = 20;

/** Whom it is decided for. */
function About({ message, recipients, of }: { readonly message: Message; readonly recipients: readonly number[] | undefined; readonly of: number }): ReactNode {
  const words = useWords(mailWords);
  if (recipients === undefined) return <p>{words.forAll(of)}</p>;
  if (recipients.length === 0) return <Alert type="warning" showIcon title={words.chosenNone} />;
  const chosen = message.mail?.recipients.filter(({ n }) => recipients.includes(n)) ?? [];
  return (
    <>
      <p>{words.forSome(recipients.length, of)}</p>
      <ul className="decide-recipients">
        {chosen.slice(0, NAMED_MOST).map(({ n, address }) => (
          <li key={n}>
            <SafeName text={address} />
          </li>
        ))}
        {chosen.length > NAMED_MOST ? <li>…</li> : null}
      </ul>
    </>
  );
}

function pathOf(decision: Asked): string {
  return decision === 'release-masked' ? 'release' : decision;
}

interface Given {
  readonly notify: boolean;
  readonly outcome: 'arrived' | 'retry' | undefined;
  readonly off: boolean;
  readonly recipients: readonly number[] | undefined;
  readonly told: string;
}

function bodyOf(decision: Asked, reason: string, { notify, outcome, off, recipients, told }: Given): unknown {
  switch (decision) {
    case 'release':
      return { as: 'original', reason, recipients };
    case 'release-masked':
      return { as: 'masked', reason, recipients };
    case 'reject':
      return { reason, notify, recipients, ...(told === '' ? {} : { words: told }) };
    case 'settle':
      return { outcome, reason };
    case 'legal-hold':
      return { on: !off, reason };
    case 'approve':
    case 'refuse':
    case 'escalate':
      return { reason };
  }
}
