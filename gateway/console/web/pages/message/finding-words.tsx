/** What a finding is, how sure, and why, in words. */
import type { ReactNode } from 'react';
import { bandOf, type Band } from '../../../../../detectors/band.js';
import { reasonWords } from '../../../../../detectors/reasons.js';
import { useLanguage } from '../../app/language.js';
import { useWords } from '../../app/words-of.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import type { Message } from './data.js';
import { messageWords } from './words.js';

export type FoundOne = Message['findings'][number];
export { bandOf, type Band };

export function FindingText({ finding, isFalse }: { readonly finding: FoundOne; readonly isFalse: boolean }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const language = useLanguage();
  return (
    <>
      <strong>{wordFor(held, 'detector', finding.detector)}</strong> <span className={`band band-${bandOf(finding.confidence)}`}>{words[`band.${bandOf(finding.confidence)}`]}</span>
      {finding.tags.includes('test-number') ? <span className="mark">{words.testNumber}</span> : null}
      {isFalse ? <span className="mark">{words.wasFalse}</span> : null}
      {finding.maskable ? null : <span className="mark">{words.notMaskable}</span>}
      <ul className="reasons">
        {finding.reasons.map((code) => {
          const reason = reasonWords(code);
          return (
            <li key={code} className={reason?.side === 'against' ? 'against' : 'for'}>
              <span aria-hidden="true">{reason?.side === 'against' ? '−' : '+'}</span>
              <span className="read-aloud">{reason?.side === 'against' ? words.reasonAgainst : words.reasonFor}:</span> {reason?.[language] ?? code}
            </li>
          );
        })}
      </ul>
    </>
  );
}
