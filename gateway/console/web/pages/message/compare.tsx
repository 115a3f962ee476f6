/** A masked release before it leaves: the text as it stands beside the text as it would go. No value is in either. */
import { Alert, Select, Skeleton } from 'antd';
import { useId, type ReactNode } from 'react';
import type { CompareAnswer } from '../../../../review/compare-schemas.js';
import { useWords } from '../../app/words-of.js';
import { size } from '../queue/duration.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { SafeText } from '../queue/safe-text.js';
import { messageWords, partName } from './words.js';

export function staying(compare: CompareAnswer): number {
  return compare.segments.filter((one) => 'stays' in one && one.stays).length;
}

export function CompareView({ compare, onPart }: { readonly compare: CompareAnswer | undefined; readonly onPart: (part: string) => void }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const id = useId();
  if (compare === undefined) return <Skeleton active paragraph={{ rows: 4 }} />;
  if (!compare.possible) return <Alert type="error" showIcon title={words.impossible} />;
  const stays = staying(compare);
  const readable = compare.parts.filter((part) => part.readable && part.holds !== true && part.path !== 'head' && part.chain[0] !== 'name');
  const names = new Map(compare.parts.map(({ path, name }) => [path, name ?? partName(words, path)]));
  return (
    <div className="compare">
      {readable.length > 1 ? (
        <p className="q-field">
          <label htmlFor={id}>{words.comparePart}</label>
          <Select id={id} {...(compare.part === undefined ? {} : { value: compare.part })} onChange={onPart} options={readable.map(({ path, name }) => ({ value: path, label: name ?? partName(words, path) }))} style={{ width: '18rem' }} />
        </p>
      ) : null}
      {stays > 0 ? <Alert type="error" showIcon title={words.stays(stays)} /> : null}
      <div className="compare-panes">
        <Pane title={words.before} compare={compare} side="before" />
        <Pane title={words.after} compare={compare} side="after" />
      </div>
      {compare.more === undefined ? null : <small>{words.compareMore}</small>}
      {compare.rewritten.length === 0 ? null : (
        <Alert
          type="info"
          showIcon
          title={words.rewritten}
          description={
            <ul className="plain-list">
              {compare.rewritten.map(({ path, bytes, becomes, members }) => (
                <li key={path}>
                  <SafeText text={words.rewrittenOne(names.get(path) ?? path, size(bytes), size(becomes))} />
                  {members.length === 0 ? null : (
                    <small>
                      {' · '}
                      <SafeText text={words.rewrittenMembers(members.map((member) => names.get(member) ?? member).join(', '))} />
                    </small>
                  )}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {compare.unread.length === 0 ? null : (
        <Alert
          type="warning"
          showIcon
          title={words.unread}
          description={
            <ul className="plain-list">
              {compare.unread.map(({ path, why, bytes }) => (
                <li key={path}>
                  <SafeText text={names.get(path) ?? partName(words, path)} /> · {size(bytes)} · {wordFor(held, 'unread', why)}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </div>
  );
}

function Pane({ title, compare, side }: { readonly title: string; readonly compare: CompareAnswer; readonly side: 'before' | 'after' }): ReactNode {
  const words = useWords(messageWords);
  return (
    <figure className="compare-pane">
      <figcaption>{title}</figcaption>
      <pre tabIndex={0} role="region" aria-label={title}>
        {compare.segments.map((segment, at) =>
          'text' in segment ? (
            <SafeText key={at} text={segment.text} />
          ) : (
            <span key={at} className={segment.stays ? 'change change-stays' : `change change-${side}`} title={segment.stays ? words.staysMark : undefined}>
              <SafeText text={segment[side]} />
            </span>
          ),
        )}
      </pre>
    </figure>
  );
}
