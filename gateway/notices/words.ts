/** What a sender is told by mail, in Chinese and English: that it happened and what to do; never which numbers were found, or by what. */
import type { NoticeMail } from '../ports.js';

export type Language = 'zh' | 'en';
/** `auto`: both, one after the other. */
export type Languages = Language | 'auto';

export interface Words {
  readonly title: string;
  readonly text: string;
}

export const WORDS = {
  held: {
    en: { title: 'Your mail is waiting for review', text: 'Your mail was accepted and is kept for review before it is delivered to the recipients below. You need not send it again. You will be told if it is refused.' },
    zh: { title: '您的邮件正在等待审核', text: '您的邮件已被接收，在送达下列收件人之前需经审核。无需重新发送；若未通过审核，您会收到通知。' },
  },
  rejected: {
    en: { title: 'Your mail was not delivered', text: 'Your mail was kept for review and then refused, so it was not delivered to the recipients below. If it is needed, correct it and send it again.' },
    zh: { title: '您的邮件未送达', text: '您的邮件经留存审核后被拒绝，没有送达下列收件人。如确有需要，请修改后重新发送。' },
  },
  expired: {
    en: { title: 'Your mail was not delivered', text: 'Your mail was kept for review and nobody decided about it in time, so it was not delivered to the recipients below. Its content is being destroyed. If it is still needed, send it again.' },
    zh: { title: '您的邮件未送达', text: '您的邮件留存待审，期限内未作出决定，没有送达下列收件人，其内容将被销毁。如仍需要，请重新发送。' },
  },
  failed: {
    en: { title: 'Your mail did not reach everybody', text: 'Your mail was not delivered to the recipients below. Recipients who are not named here are not concerned.' },
    zh: { title: '您的邮件未能送达部分收件人', text: '您的邮件没有送达下列收件人；未列出的收件人不受影响。' },
  },
  delayed: {
    en: { title: 'Your mail is delayed', text: 'Your mail could not be delivered to the recipients below yet. It is tried again, and you need not send it again. You will be told if it cannot be delivered.' },
    zh: { title: '您的邮件暂未送达', text: '您的邮件暂时未能送达下列收件人，系统会继续尝试，无需重新发送。若最终无法送达，您会收到通知。' },
  },
} as const satisfies Record<NoticeMail, Record<Language, Words>>;

export const LABELS = {
  en: { incident: 'Incident', received: 'Received', subject: 'Subject', recipients: 'Recipients', words: 'From the reviewer', more: (count: number) => `… and ${String(count)} more`, policy: 'refused by policy', sent: 'This mail was sent by a program; replies to it are not read.' },
  zh: { incident: '事件编号', received: '接收时间', subject: '主题', recipients: '收件人', words: '审核人留言', more: (count: number) => `……以及另外 ${String(count)} 位`, policy: '按策略拒绝', sent: '本邮件由系统自动发送，请勿直接回复。' },
} as const;
