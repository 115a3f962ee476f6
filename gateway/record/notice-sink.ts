/** Tells a system of yours that a held message has ended, so that it can tell the sender: signed JSON with the incident, and words a person may read. */
import type { SenderNotice } from '../ports.js';
import { postSigned, type SignedPost } from './signed-post.js';

export interface NoticeSink {
  readonly id: string;
  /** `deliveryId` is the same on a retry. Throws when the far side did not say 2xx. */
  send(notice: SenderNotice, deliveryId: string): Promise<void>;
}

/** What happened and what the sender can do; which numbers were found, and by what, is nobody's to know. */
const WORDS = {
  rejected: {
    en: ['Not sent', 'Your message was kept for review and then refused, so it was not delivered. If it is needed, correct it and send it again, or ask whoever runs the gateway and name the incident.'],
    zh: ['未发送', '您的消息经留存审核后被拒绝，没有送达。如确有需要，请修改后重新发送，或联系网关管理员并提供事件编号。'],
  },
  expired: {
    en: ['Not sent', 'Your message was kept for review, nobody decided about it in time, and it was not delivered. Its content is being destroyed. If it is still needed, send it again, or ask whoever runs the gateway and name the incident.'],
    zh: ['未发送', '您的消息留存待审，期限内未作出决定，没有送达，其内容将被销毁。如仍需要，请重新发送，或联系网关管理员并提供事件编号。'],
  },
} as const satisfies Record<SenderNotice['kind'], Record<'en' | 'zh', readonly [title: string, text: string]>>;

export function noticeBody(notice: SenderNotice): string {
  const words = (language: 'en' | 'zh'): { readonly title: string; readonly text: string } => {
    const [title, text] = WORDS[notice.kind][language];
    return { title, text };
  };
  const { kind, incident, route, direction, receivedAt, at, sender } = notice;
  return JSON.stringify({ version: 1, kind, incident, route, direction, receivedAt, at, sender, en: words('en'), zh: words('zh') });
}

export function noticeSink(options: { readonly id: string } & Omit<SignedPost, 'body' | 'deliveryId'>): NoticeSink {
  const { id, ...to } = options;
  return { id, send: (notice, deliveryId) => postSigned({ ...to, body: noticeBody(notice), deliveryId }) };
}
