/** Small signs of a held message: severity, risk and why, what was found, how long it waits. Colour never tells it alone. */
import { Popover } from 'antd';
import type { ReactNode } from 'react';
import { RISK_WORDS, type RiskCode } from '../../../../review/risk.js';
import { useLanguage } from '../../app/language.js';
import { useWords } from '../../app/words-of.js';
import { duration } from './duration.js';
import { heldWords, wordFor } from './held-words.js';
import './marks.css';

export function Severity({ severity }: { readonly severity: string }): ReactNode {
  const words = useWords(heldWords);
  return <span className={`severity severity-${severity}`}>{wordFor(words, 'severity', severity)}</span>;
}

export interface Risk {
  readonly score: number;
  readonly reasons: readonly { readonly code: string; readonly points: number }[];
}

export function RiskReasons({ risk }: { readonly risk: Risk }): ReactNode {
  const words = useWords(heldWords);
  const language = useLanguage();
  return (
    <div className="risk-reasons">
      <strong>{words.riskOf(risk.score)}</strong>
      <table>
        <tbody>
          {risk.reasons.map(({ code, points }) => (
            <tr key={code}>
              <td className="numeric">{words.points(points)}</td>
              <td>{Object.hasOwn(RISK_WORDS, code) ? RISK_WORDS[code as RiskCode][language] : code}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <small>{words.riskHint}</small>
    </div>
  );
}

export function RiskScore({ risk }: { readonly risk: Risk }): ReactNode {
  const words = useWords(heldWords);
  const level = risk.score >= 60 ? 'high' : risk.score >= 30 ? 'middle' : 'low';
  return (
    <Popover content={<RiskReasons risk={risk} />} trigger={['hover', 'focus']} placement="right">
      <button type="button" className={`risk risk-${level}`} aria-label={words.riskOf(risk.score)}>
        {risk.score}
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="4" className="risk-track" />
          <rect width={risk.score} height="4" className="risk-bar" />
        </svg>
      </button>
    </Popover>
  );
}

export function Found({ counts, unread, most = 3 }: { readonly counts: Readonly<Record<string, number>>; readonly unread: readonly string[]; readonly most?: number }): ReactNode {
  const words = useWords(heldWords);
  const kinds = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return (
    <span className="found">
      {kinds.slice(0, most).map(([detector, count]) => (
        <span key={detector} className="found-kind">
          {wordFor(words, 'detector', detector)} <b>×{count}</b>
        </span>
      ))}
      {kinds.length > most ? <small>{words.andMore(kinds.length - most)}</small> : null}
      {unread.length === 0 ? null : (
        <span className="found-unread">
          {words.unreadShort}: {unread.map((reason) => wordFor(words, 'unread', reason)).join(', ')}
        </span>
      )}
      {kinds.length === 0 && unread.length === 0 ? <small>{words.nothingFound}</small> : null}
    </span>
  );
}

export function Waiting({ ageSeconds, sla, dueAt }: { readonly ageSeconds: number; readonly sla: string; readonly dueAt: string | undefined }): ReactNode {
  const words = useWords(heldWords);
  const language = useLanguage();
  const left = dueAt === undefined ? undefined : (new Date(dueAt).getTime() - Date.now()) / 1000;
  const span = left === undefined ? undefined : left >= 0 ? words.due(duration(left, language)) : words.over(duration(-left, language));
  return (
    <span className={`sla sla-${sla}`} title={dueAt === undefined ? undefined : new Date(dueAt).toLocaleString(language === 'zh' ? 'zh-CN' : 'en')}>
      <span className="sla-age">{duration(ageSeconds, language)}</span>
      <small>{left === undefined ? null : (span ?? wordFor(words, 'sla', sla))}</small>
    </span>
  );
}

/** Four eyes, legal hold, sent again, comments. */
export function Marks({ fourEyes, legalHold, joined, comments }: { readonly fourEyes: boolean; readonly legalHold: boolean; readonly joined: number; readonly comments: number }): ReactNode {
  const words = useWords(heldWords);
  if (!fourEyes && !legalHold && joined === 0 && comments === 0) return null;
  return (
    <span className="marks">
      {fourEyes ? <span className="mark" title={words.fourEyesHint}>{words.fourEyes}</span> : null}
      {legalHold ? <span className="mark mark-kept" title={words.legalHoldHint}>{words.legalHold}</span> : null}
      {joined > 0 ? <small>{words.joined(joined)}</small> : null}
      {comments > 0 ? <small>{words.comments(comments)}</small> : null}
    </span>
  );
}

export function State({ state }: { readonly state: string }): ReactNode {
  const words = useWords(heldWords);
  return <span className={`state state-${state}`}>{wordFor(words, 'state', state)}</span>;
}
