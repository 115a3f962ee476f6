/** The document that tells a sender what happened and what can be done: RFC 9457 JSON or a small page, in Chinese or English. */
import { STATUS_CODES } from 'node:http';
import { ERRORS, type ErrorCode } from '../../errors.js';
import type { Language } from './negotiate.js';

/** Why there is an answer of ours; `held` and `blocked` say for which direction, since the advice differs. */
export type Refusal =
  | { readonly kind: 'error'; readonly code: ErrorCode }
  | { readonly kind: 'blocked' | 'held'; readonly direction: 'request' | 'response'; readonly status: number };

type Words = readonly [title: string, detail: string, advice: string];

const VERDICTS: Readonly<Record<string, Readonly<Record<Language, Words>>>> = {
  'blocked-request': {
    en: ['Blocked', 'The content may not leave this network, so it was not sent.', 'Remove the sensitive data and send again, or ask your security team and name the incident.'],
    zh: ['已拦截', '内容不允许外发，因此没有发出。', '请去除敏感数据后重新发送，或联系安全团队并提供事件编号。'],
  },
  'blocked-response': {
    en: ['Blocked', 'The content may not be downloaded here, so it was not delivered.', 'Ask your security team and name the incident.'],
    zh: ['已拦截', '内容不允许下载，因此没有送达。', '请联系安全团队并提供事件编号。'],
  },
  'held-request': {
    en: ['Held for review', 'The content is kept and has not been sent yet. A reviewer decides; after a release it is delivered.', 'Do not send it again; to ask about it, name the incident.'],
    zh: ['等待审核', '内容已留存，尚未发出。审核通过后将送达。', '请勿重复发送；如需查询，请提供事件编号。'],
  },
  'held-response': {
    en: ['Held for review', 'The content is kept and has not been delivered. A reviewer decides whether it may be downloaded.', 'Try the download again after a release; to ask about it, name the incident.'],
    zh: ['等待审核', '内容已留存，尚未送达。审核人员将决定是否允许下载。', '审核通过后请重新下载；如需查询，请提供事件编号。'],
  },
};

const ADVICE: Readonly<Record<Language, { readonly sender: string; readonly later: string }>> = {
  en: { sender: 'Correct the request and send it again; if it looks right, name the incident to whoever runs the gateway.', later: 'Try again later; if it goes on, name the incident to whoever runs the gateway.' },
  zh: { sender: '请更正请求后重试；如请求无误，请向网关管理员提供事件编号。', later: '请稍后重试；如持续出现，请向网关管理员提供事件编号。' },
};

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly incident: string;
  /** What the sender can do. */
  readonly advice: string;
}

export function problemDocument(refusal: Refusal, incident: string, language: Language): ProblemDocument {
  if (refusal.kind !== 'error') {
    const [title, detail, advice] = VERDICTS[`${refusal.kind}-${refusal.direction}`]?.[language] ?? ['', '', ''];
    return { type: `urn:weir:problem:${refusal.kind}`, title, status: refusal.status, detail, incident, advice };
  }
  const [status, en, zh] = ERRORS[refusal.code];
  const advice = ADVICE[language][status >= 500 ? 'later' : 'sender'];
  return { type: `urn:weir:problem:${refusal.code}`, title: STATUS_CODES[status] ?? '', status, detail: language === 'en' ? en : zh, incident, advice };
}

export interface ProblemBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

export function problemBody(document: ProblemDocument, language: Language, html: boolean): ProblemBody {
  if (html) return { contentType: 'text/html; charset=utf-8', bytes: Buffer.from(page(document, language)) };
  return { contentType: 'application/problem+json', bytes: Buffer.from(`${JSON.stringify(document)}\n`) };
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function page(document: ProblemDocument, language: Language): string {
  const incident = language === 'zh' ? '事件编号' : 'Incident';
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(document.title)}</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1rem}code{user-select:all}</style>
<h1>${escape(document.title)}</h1>
<p>${escape(document.detail)}</p>
<p>${escape(document.advice)}</p>
<p>${incident}: <code>${escape(document.incident)}</code></p>
</html>
`;
}
