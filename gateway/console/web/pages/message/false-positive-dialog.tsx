/** Calls findings false positives: which, how narrowly an exception would be bound, and for how long. */
import { Alert, Checkbox, Modal, Select } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { falsePositiveAnswer } from '../../../../review/decision-schemas.js';
import { post } from '../../api/client.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { ReasonField } from '../queue/reason-field.js';
import type { Message } from './data.js';
import { DAYS, isBounded, isComplete, proposalOf, SCOPES, type FalsePositiveScope } from './false-positive.js';
import { bandOf } from './finding-words.js';
import { messageWords } from './words.js';

const USUAL_DAYS = 30;

export function FalsePositiveDialog({ message, active, onClose, onDone }: { readonly message: Message; readonly active: number | undefined; readonly onClose: () => void; readonly onDone: () => void }): ReactNode {
  const words = useWords(messageWords);
  const app = useWords(appWords);
  const held = useWords(heldWords);
  const id = useId();
  const [findings, setFindings] = useState<ReadonlySet<number>>(new Set(active === undefined ? [] : [active]));
  const [scope, setScope] = useState<FalsePositiveScope>({ fingerprint: true, detector: false, sender: false, destination: false });
  const [days, setDays] = useState(USUAL_DAYS);
  const [reason, setReason] = useState('');
  const wish = { findings, scope, days, reason };
  const act = useAct(() => post<z.output<typeof falsePositiveAnswer>>(`/messages/${encodeURIComponent(message.id)}/false-positive`, proposalOf(wish, Date.now())), { quiet: true });
  const submit = async (): Promise<void> => {
    if (isComplete(wish) && !act.busy && (await act.run(undefined)) !== undefined) onDone();
  };
  const all = findings.size === message.findings.length;
  return (
    <Modal open title={words['do.false-positive']} width={640} onCancel={onClose} onOk={() => void submit()} okText={words['do.false-positive']} cancelText={app.cancel} okButtonProps={{ disabled: !isComplete(wish), loading: act.busy }}>
      <Alert type="info" showIcon title={words.fpNote} />
      {act.error === null || act.error === undefined ? null : <Failure error={act.error} />}
      <fieldset className="plain-fieldset">
        <legend>{words.fpFindings}</legend>
        <Checkbox autoFocus checked={all} indeterminate={!all && findings.size > 0} onChange={() => setFindings(all ? new Set() : new Set(message.findings.keys()))}>
          {words.fpAll}
        </Checkbox>
        <div className="fp-findings">
          {message.findings.map((finding, at) => (
            <Checkbox
              key={at}
              checked={findings.has(at)}
              onChange={({ target }) => setFindings(target.checked ? new Set([...findings, at]) : new Set([...findings].filter((one) => one !== at)))}
            >
              {wordFor(held, 'detector', finding.detector)} <span className="code">{finding.preview}</span> <small>{words[`band.${bandOf(finding.confidence)}`]}</small>
            </Checkbox>
          ))}
        </div>
      </fieldset>
      <fieldset className="plain-fieldset">
        <legend>{words.fpScope}</legend>
        {SCOPES.map((one) => (
          <Checkbox key={one} checked={scope[one]} disabled={(one === 'sender' && message.sender === undefined && message.user === undefined) || (one === 'destination' && message.destination === '')} onChange={({ target }) => setScope({ ...scope, [one]: target.checked })}>
            {words[`fp.${one}`]}
          </Checkbox>
        ))}
        {isBounded(scope) ? null : <Alert type="error" showIcon title={words.fpScopeNeeded} />}
        <small>{words.fpConclusive}</small>
      </fieldset>
      <p className="q-field">
        <label htmlFor={id}>{words.fpExpires}</label>
        <Select id={id} value={days} onChange={setDays} options={DAYS.map((value) => ({ value, label: words.fpDays(value) }))} style={{ width: '10rem' }} />
      </p>
      <ReasonField value={reason} onChange={setReason} focus={false} presets={[words['preset.fp-1'], words['preset.fp-2']]} onSubmit={() => void submit()} />
    </Modal>
  );
}
