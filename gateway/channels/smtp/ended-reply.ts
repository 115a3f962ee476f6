/** What a client hears of its mail, in the words of the configuration: the table of docs/channels.md. */
import type { ErrorCode } from '../../errors.js';
import type { MailEnded, SmtpReply } from '../../ports/mail.js';
import { fromHop, reply } from './reply.js';

export interface ReplyWords {
  readonly language: 'zh' | 'en';
  /** What a sender can do whose mail was refused or waits. */
  readonly help: { readonly zh: string; readonly en: string };
}

type Told = readonly [code: number, enhanced: string, en: string, zh: string];

const TROUBLE: Told = [451, '4.7.1', 'Not taken: it cannot be checked now. Try again later', '网关暂时无法完成检查，邮件未被接收，请稍后重试'];
const NO_HOP: Told = [451, '4.4.1', 'Not taken: the next hop cannot be reached. Try again later', '暂时无法连接下一跳服务器，邮件未被接收，请稍后重试'];
const FULL: Told = [452, '4.3.1', 'Not taken: there is no space left. Try again later', '网关存储空间不足，邮件未被接收，请稍后重试'];

/** Whatever is not named here is trouble of ours: the client keeps its mail and tries again. */
const FAILED: Readonly<Partial<Record<ErrorCode, Told>>> = {
  'too-large': [552, '5.3.4', 'The message is larger than allowed', '邮件超过允许的大小'],
  'mail-bare-line-end': [554, '5.6.0', 'The message has bare CR or LF, or NUL bytes', '邮件含有不符合规范的换行或空字节'],
  'mail-line-too-long': [554, '5.6.0', 'The message has a line that is too long', '邮件含有过长的行'],
  'mail-loop': [554, '5.4.6', 'The message goes in a circle', '邮件在循环转发'],
  'mail-deadline': [451, '4.7.1', 'Not taken: it could not be checked and delivered in time. Try again later', '未能在限定时间内完成检查和投递，邮件未被接收，请稍后重试'],
  'unscannable': [550, '5.7.1', 'Part of the message cannot be checked', '邮件的部分内容无法检查'],
  'vault-full': FULL,
  'spool-full': FULL,
  'upstream-unreachable': NO_HOP,
  'upstream-reset': NO_HOP,
  'upstream-invalid': NO_HOP,
  'upstream-timeout': NO_HOP,
  'client-aborted': [451, '4.4.2', 'The connection was lost before the end of the message', '邮件未传完即中断'],
  'body-timeout': [421, '4.4.2', 'The message arrives too slowly', '邮件到达过慢'],
  'shutting-down': [421, '4.3.2', 'The gateway is shutting down. Try again shortly', '网关正在停止，请稍后重试'],
};

const told = ([code, enhanced, en, zh]: Told, { language }: ReplyWords): SmtpReply => reply(code, enhanced, ...inOrder(language, zh, en));
/** Clients that do not know SMTPUTF8 show other letters as question marks: the English line stays readable. */
const inOrder = (language: 'zh' | 'en', zh: string, en: string): readonly string[] => (language === 'en' ? [en] : [zh, en]);

export const failedReply = (code: ErrorCode, words: ReplyWords): SmtpReply => told(FAILED[code] ?? TROUBLE, words);

export function endedReply(ended: MailEnded, id: string, words: ReplyWords): SmtpReply {
  const { language, help } = words;
  switch (ended.kind) {
    case 'accepted':
      if (ended.incident === undefined) return reply(250, '2.0.0', `Ok: ${id}`);
      return reply(250, '2.0.0', ...inOrder(language, `邮件已留存待审，编号 ${ended.incident}`, `Held for review, incident ${ended.incident}`));
    case 'blocked':
      return reply(550, '5.7.1', ...inOrder(language, `邮件因含有受保护的信息而被拒绝，编号 ${ended.incident}`, `Refused because of protected information, incident ${ended.incident}`), ...inOrder(language, help.zh, help.en));
    case 'refused':
      return fromHop(ended.reply);
    case 'failed':
      return failedReply(ended.code ?? ended.error.code, words);
  }
}
