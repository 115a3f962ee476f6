/** Words for what the gateway says in codes about held messages: states, severities, kinds of numbers, reasons. */
import { defineWords } from '../../app/words-of.js';

export const heldWords = defineWords({
  'state.held': { en: 'waiting', zh: '待处理' },
  'state.awaiting-second': { en: 'second person', zh: '待复核' },
  'state.needs-credentials': { en: 'needs credentials', zh: '需要凭据' },
  'state.failed': { en: 'delivery failed', zh: '投递失败' },
  'state.uncertain': { en: 'uncertain', zh: '结果不明' },
  'state.releasing': { en: 'releasing', zh: '放行中' },
  'state.sending': { en: 'sending', zh: '发送中' },
  'state.released': { en: 'released', zh: '已放行' },
  'state.rejected': { en: 'rejected', zh: '已拒绝' },
  'state.expired': { en: 'expired', zh: '已过期' },
  'severity.info': { en: 'info', zh: '提示' },
  'severity.low': { en: 'low', zh: '低' },
  'severity.medium': { en: 'medium', zh: '中' },
  'severity.high': { en: 'high', zh: '高' },
  'severity.critical': { en: 'critical', zh: '严重' },
  'channel.http': { en: 'HTTP', zh: 'HTTP' },
  'channel.smtp': { en: 'mail', zh: '邮件' },
  'channel.icap': { en: 'ICAP', zh: 'ICAP' },
  'sla.ok': { en: 'in time', zh: '时限内' },
  'sla.soon': { en: 'due soon', zh: '即将超时' },
  'sla.late': { en: 'overdue', zh: '已超时' },
  'detector.cn.resident-id': { en: 'resident ID', zh: '身份证号' },
  'detector.cn.phone': { en: 'phone number', zh: '电话号码' },
  'detector.bank-card': { en: 'bank card', zh: '银行卡号' },
  'detector.bank-card.unchecked': { en: 'bank card (unchecked)', zh: '银行卡号（未校验）' },
  'unread.encrypted': { en: 'encrypted', zh: '已加密' },
  'unread.too-deep': { en: 'nested too deeply', zh: '嵌套过深' },
  'unread.too-large': { en: 'too large', zh: '过大' },
  'unread.too-many-parts': { en: 'too many parts', zh: '部分过多' },
  'unread.bad-charset': { en: 'unknown text encoding', zh: '字符编码无法识别' },
  'unread.malformed': { en: 'damaged', zh: '格式损坏' },
  'unread.timeout': { en: 'ran out of time', zh: '检查超时' },
  'unread.unsupported': { en: 'unknown format', zh: '格式不支持' },
  'unread.no-text': { en: 'no text in it', zh: '不含文本' },
  'unread.failed': { en: 'reading failed', zh: '读取失败' },
  'unread.not-listed': { en: 'not listed singly', zh: '未单独列出' },
  'caution.control': { en: 'control characters in it, written out here', zh: '含控制字符，已在此写明' },
  'caution.direction': { en: 'characters that turn its reading order, written out here', zh: '含改变阅读方向的字符，已在此写明' },
  'caution.invisible': { en: 'invisible characters in it, written out here', zh: '含不可见字符，已在此写明' },
  'caution.mixed-script': { en: 'letters of different scripts that look alike', zh: '混用了外形相似的不同文字的字母' },
  'caution.two-extensions': { en: 'a program that calls itself a document', zh: '伪装成文档的程序' },
  caution: { en: 'Careful', zh: '注意' },
  fourEyes: { en: 'four eyes', zh: '双人复核' },
  fourEyesHint: { en: 'A second, different person must agree before it is released.', zh: '放行前须由另一人复核同意。' },
  legalHold: { en: 'kept', zh: '法律保全' },
  legalHoldHint: { en: 'Legal hold: it neither expires nor is it destroyed.', zh: '法律保全：既不会过期，也不会被销毁。' },
  joined: { en: (count: number) => `sent ${count + 1} times`, zh: (count: number) => `重复发送 ${count + 1} 次` },
  comments: { en: (count: number) => (count === 1 ? '1 comment' : `${count} comments`), zh: (count: number) => `${count} 条备注` },
  noSender: { en: 'unknown sender', zh: '发件人未知' },
  noSubject: { en: 'no subject', zh: '无主题' },
  andMore: { en: (count: number) => `and ${count} more`, zh: (count: number) => `等另外 ${count} 个` },
  due: { en: (span: string) => `due in ${span}`, zh: (span: string) => `还剩 ${span}` },
  over: { en: (span: string) => `${span} over`, zh: (span: string) => `已超时 ${span}` },
  risk: { en: 'Risk', zh: '风险' },
  riskOf: { en: (score: number) => `Risk ${score} of 100`, zh: (score: number) => `风险 ${score}（满分 100）` },
  riskHint: { en: 'Points add up to at most 100; waiting adds one a day.', zh: '各项分数相加，最高 100 分；每等待一天加一分。' },
  points: { en: (points: number) => (points > 0 ? `+${points}` : `−${-points}`), zh: (points: number) => (points > 0 ? `+${points}` : `−${-points}`) },
  nothingFound: { en: 'nothing found', zh: '未发现号码' },
  unreadShort: { en: 'not read', zh: '未检查' },
  to: { en: 'to', zh: '发往' },
});

type HeldWords = ReturnType<typeof import('../../app/words-of.js').wordsIn<typeof heldWords>>;
type Coded = 'state' | 'severity' | 'channel' | 'sla' | 'detector' | 'unread' | 'caution';

/** The word of a code; a code without one, such as the name of a site's own pattern, stands for itself. */
export function wordFor(words: HeldWords, kind: Coded, code: string): string {
  const word: unknown = (words as Readonly<Record<string, unknown>>)[`${kind}.${code}`];
  return typeof word === 'string' ? word : code;
}
