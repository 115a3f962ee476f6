/** A decision about many messages: first what it touches and what it leaves out, then a reason, then exactly that. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Modal, Select, Skeleton } from 'antd';
import { useEffect, useId, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { BulkAction } from '../../../../ports/queue.js';
import type { bulkAnswer, bulkPreviewAnswer } from '../../../../review/bulk-schemas.js';
import { post } from '../../api/client.js';
import { useSession } from '../../api/session.js';
import { appWords } from '../../app/words.js';
import { useWords, type Words } from '../../app/words-of.js';
import { Failure } from '../../ui/failure.js';
import { announce } from './announce.js';
import { useAssignees } from './data.js';
import { askedOf, type Filter } from './filter.js';
import { heldWords, wordFor } from './held-words.js';
import { ReasonField } from './reason-field.js';
import { SafeText } from './safe-text.js';
import { queueWords } from './words.js';

type Preview = z.output<typeof bulkPreviewAnswer>;
type Result = z.output<typeof bulkAnswer>;
export type Target = { readonly ids: readonly string[] } | { readonly filter: Filter };
export interface BulkWish {
  readonly action: BulkAction;
  readonly target: Target;
}

export const PRESETS = { 'release-masked': ['preset.masked-1', 'preset.masked-2', 'preset.masked-3'], reject: ['preset.reject-1', 'preset.reject-2', 'preset.reject-3'], assign: ['preset.assign-1', 'preset.assign-2'], release: [] } as const;
const SKIPPED_SHOWN = 5;

export function BulkDialog({ wish, onClose }: { readonly wish: BulkWish; readonly onClose: (done: boolean) => void }): ReactNode {
  const { action, target } = wish;
  const words = useWords(queueWords);
  const app = useWords(appWords);
  const { message } = App.useApp();
  const client = useQueryClient();
  const session = useSession();
  const [reason, setReason] = useState('');
  const [person, setPerson] = useState<string | undefined>(session?.account?.id);
  const preview = useMutation({
    mutationFn: () =>
      post<Preview>('/messages/bulk/preview', { ...('ids' in target ? { ids: target.ids } : { filter: askedOf(target.filter) }), action, ...(action === 'assign' ? { accountId: person ?? null } : {}) }),
  });
  const act = useMutation({ mutationFn: (token: string) => post<Result>('/messages/bulk', { token, action, reason: reason.trim() }) });
  const look = preview.mutate;
  useEffect(() => look(), [look, person]);

  const count = preview.data?.count ?? 0;
  const ready = count > 0 && reason.trim() !== '' && !act.isPending && !preview.isPending;
  const submit = async (): Promise<void> => {
    if (!ready || preview.data === undefined) return;
    try {
      const { counts } = await act.mutateAsync(preview.data.token);
      const text = resultText(words, action, counts);
      announce(text);
      void message[(counts.done ?? 0) > 0 ? 'success' : 'warning'](text);
      await client.invalidateQueries({ queryKey: ['queue'] });
      void client.invalidateQueries({ queryKey: ['message'] });
      onClose(true);
    } catch {
      // Shown below from the mutation itself; the preview is spent, so one looks again.
      look();
    }
  };
  return (
    <Modal
      open
      title={words[`bulk.${action}`]}
      width={640}
      onCancel={() => onClose(false)}
      footer={[
        <Button key="cancel" onClick={() => onClose(false)}>
          {app.cancel}
        </Button>,
        <Button key="ok" type="primary" danger={action === 'release' || action === 'reject'} disabled={!ready} loading={act.isPending} onClick={() => void submit()}>
          {words[`do.${action}`](count)}
        </Button>,
      ]}
    >
      <p>{words[`note.${action}`]}</p>
      {act.isError ? <Failure error={act.error} /> : null}
      {action === 'assign' ? <Person value={person} onChange={setPerson} /> : null}
      {preview.isError ? <Failure error={preview.error} retry={() => look()} /> : preview.data === undefined ? <Skeleton active paragraph={{ rows: 3 }} /> : <PreviewView preview={preview.data} />}
      <ReasonField value={reason} onChange={setReason} presets={PRESETS[action].map((key) => words[key])} {...(action === 'release' ? { hint: words['reason.typed'] } : {})} onSubmit={() => void submit()} />
    </Modal>
  );
}

function Person({ value, onChange }: { readonly value: string | undefined; readonly onChange: (id: string) => void }): ReactNode {
  const words = useWords(queueWords);
  const { data } = useAssignees(true);
  const id = useId();
  return (
    <p className="q-field">
      <label htmlFor={id}>{words.who}</label>
      <Select id={id} {...(value === undefined ? {} : { value })} onChange={onChange} options={(data?.people ?? []).map(({ id: account, displayName }) => ({ value: account, label: displayName }))} style={{ width: '16rem' }} />
    </p>
  );
}

function PreviewView({ preview }: { readonly preview: Preview }): ReactNode {
  const words = useWords(queueWords);
  const held = useWords(heldWords);
  const whys = new Map<string, string[]>();
  for (const { id, why } of preview.skipped) whys.set(why, [...(whys.get(why) ?? []), id]);
  return (
    <section className="bulk-preview" aria-label={words.preview}>
      <p className="bulk-count" aria-live="polite">
        {preview.count === 0 ? words.nothingTouched : words.touched(preview.count)}
      </p>
      {preview.more ? <Alert type="warning" showIcon title={words.moreThanOne} /> : null}
      {preview.count === 0 ? null : (
        <div className="bulk-parts">
          <Tally title={words.byState} rows={Object.entries(preview.byState).map(([state, n]) => [wordFor(held, 'state', state), n])} />
          <Tally title={words.byFinding} rows={Object.entries(preview.findingCounts).map(([detector, n]) => [wordFor(held, 'detector', detector), n])} />
          <Tally title={words.bySender} rows={preview.bySender.map(({ sender, count }) => [sender ?? held.noSender, count])} />
          <Tally title={words.byRoute} rows={preview.byRoute.map(({ route, count }) => [route, count])} />
        </div>
      )}
      {preview.skipped.length === 0 ? null : (
        <div className="bulk-skipped">
          <h3>{words.skipped(preview.skipped.length)}</h3>
          <ul>
            {[...whys].map(([why, ids]) => (
              <li key={why}>
                {ids.length} · {words[`skip.${why as Preview['skipped'][number]['why']}`]}{' '}
                <small className="code">{ids.slice(0, SKIPPED_SHOWN).join(', ')}{ids.length > SKIPPED_SHOWN ? ' …' : ''}</small>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Tally({ title, rows }: { readonly title: string; readonly rows: readonly (readonly [string, number | undefined])[] }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <table className="tally">
        <tbody>
          {rows.map(([label, n]) => (
            <tr key={label}>
              <td className="numeric">{n ?? 0}</td>
              <td>
                <SafeText text={label} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function resultText(words: Words<typeof queueWords>, action: BulkAction, counts: Result['counts']): string {
  const { done = 0, ...others } = counts;
  const notDone = Object.entries(others).flatMap(([why, n]) => (n === 0 ? [] : [words.bulkNotDone(n, words[`skip.${why as Exclude<keyof typeof others, 'done'>}`])]));
  return [words[`bulkDone.${action}`](done), ...notDone].join(' · ');
}
