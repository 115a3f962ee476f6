/** A rule's condition as a sentence, in both languages. */
import type { Condition, FactsSelector, FindingSelector } from '../../config/schema.js';

interface Words {
  readonly en: string;
  readonly zh: string;
}

/** Those that are compared with patterns. */
type PatternFact = { [Name in keyof FactsSelector]-?: NonNullable<FactsSelector[Name]> extends string | readonly string[] ? Name : never }[keyof FactsSelector];

const FACTS: Readonly<Record<PatternFact, Words>> = {
  user: { en: 'the user', zh: '用户' },
  department: { en: 'the department', zh: '部门' },
  sender: { en: 'the sender', zh: '发送人' },
  headerSender: { en: 'the sender in the mail header', zh: '邮件头中的发件人' },
  recipient: { en: 'at least one recipient', zh: '至少一名接收人' },
  everyRecipient: { en: 'every recipient', zh: '全部接收人' },
  recipientIs: { en: 'at least one recipient', zh: '至少一名接收人' },
  destination: { en: 'the destination', zh: '目的地' },
  client: { en: 'the client address', zh: '客户端地址' },
  method: { en: 'the method', zh: '请求方法' },
  mediaType: { en: 'the content type', zh: '内容类型' },
  fileName: { en: 'a file name', zh: '文件名' },
  attachmentName: { en: 'the name of an attachment', zh: '附件名' },
  attachmentType: { en: 'the type of an attachment', zh: '附件类型' },
  channel: { en: 'the channel', zh: '通道' },
  direction: { en: 'the direction', zh: '方向' },
};
/** Policies act from here on unless they say otherwise. */
const USUAL_CONFIDENCE = 0.7;

function foundWords({ of, grade, confidence, exceptTags, where, distinct }: FindingSelector): Words {
  const kinds = [...(of ?? []), ...(grade ?? []).map((one) => `grade ${one}`)];
  const kindsZh = [...(of ?? []), ...(grade ?? []).map((one) => `${one} 级`)];
  const en = [
    distinct > 1 ? `at least ${distinct} different values` : 'any value',
    `of ${kinds.length === 0 ? 'any detector' : kinds.join(' or ')}`,
    ...(where === 'any' ? [] : [where === 'head' ? 'in the head' : 'in the body']),
    ...(confidence === USUAL_CONFIDENCE ? [] : [`with a confidence of ${confidence} or more`]),
    ...(exceptTags.length === 0 ? [] : [`not counting ${exceptTags.join(', ')}`]),
  ];
  const zh = [
    where === 'any' ? '' : where === 'head' ? '在请求头中' : '在正文中',
    `发现${distinct > 1 ? `至少 ${distinct} 个不同的` : ''}${kindsZh.length === 0 ? '任意类型的值' : kindsZh.join(' 或 ')}`,
    confidence === USUAL_CONFIDENCE ? '' : `（置信度不低于 ${confidence}）`,
    exceptTags.length === 0 ? '' : `（不计 ${exceptTags.join('、')}）`,
  ];
  return { en: en.join(' '), zh: zh.join('') };
}

const WHOSE: Readonly<Record<NonNullable<FactsSelector['recipientIs']>[number], Words>> = {
  inside: { en: 'inside', zh: '内部' },
  outside: { en: 'outside', zh: '外部' },
  partner: { en: 'a partner', zh: '合作方' },
  'partner-expired': { en: 'a partner whose agreement has ended', zh: '协议已到期的合作方' },
};

function mailWords({ senderMismatch, recipients }: FactsSelector): Words[] {
  return [
    ...(senderMismatch === undefined ? [] : [senderMismatch ? { en: 'the mail header names another sender than the envelope', zh: '邮件头与信封的发件人不一致' } : { en: 'mail header and envelope do not disagree about the sender', zh: '邮件头与信封的发件人没有不一致' }]),
    ...(recipients === undefined ? [] : [{ en: `there are at least ${recipients.atLeast} recipients`, zh: `接收人不少于 ${recipients.atLeast} 名` }]),
  ];
}

function factsWords(facts: FactsSelector): Words[] {
  return [...mailWords(facts), ...patternWords(facts)];
}

function patternWords(facts: FactsSelector): Words[] {
  return (Object.keys(FACTS) as PatternFact[]).flatMap((name) => {
    const value = facts[name];
    if (value === undefined) return [];
    const patterns: readonly string[] = typeof value === 'string' ? [value] : value;
    const said = (language: keyof Words): readonly string[] => (name === 'recipientIs' ? (facts.recipientIs ?? []).map((one) => WHOSE[one][language]) : patterns.filter((one) => one !== 'unknown'));
    const plain = said('en');
    const plainZh = said('zh');
    const en = [...(plain.length === 0 ? [] : [`is ${plain.join(' or ')}`]), ...(patterns.includes('unknown') ? ['is not known'] : [])].join(' or ');
    const zh = [...(plainZh.length === 0 ? [] : [`为 ${plainZh.join(' 或 ')}`]), ...(patterns.includes('unknown') ? ['未知'] : [])].join('或');
    return [{ en: `${FACTS[name].en} ${en}`, zh: `${FACTS[name].zh}${zh}` }];
  });
}

function joined(parts: readonly Words[], how: 'and' | 'or'): Words {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return { en: parts.map(({ en }) => en).join(how === 'and' ? ', and ' : ', or '), zh: parts.map(({ zh }) => zh).join(how === 'and' ? '，且' : '，或') };
}
const bracketed = (parts: readonly Words[], how: 'and' | 'or'): Words => {
  const words = joined(parts, how);
  return parts.length < 2 ? words : { en: `(${words.en})`, zh: `（${words.zh}）` };
};

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
function bytesWords(bytes: number): string {
  const step = Math.min(BINARY_UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((10 * bytes) / 1024 ** step) / 10} ${BINARY_UNITS[step] ?? 'B'}`;
}

function unreadWords(reasons: readonly string[], upTo: number | undefined): Words {
  const limit = upTo === undefined ? undefined : bytesWords(upTo);
  return {
    en: `something could not be read (${reasons.join(', ')}${limit === undefined ? '' : `; up to ${limit}`})`,
    zh: `有内容无法读取（${reasons.join('、')}${limit === undefined ? '' : `；不超过 ${limit}`}）`,
  };
}

function parts(condition: Condition): Words[] {
  return [
    ...(condition.found === undefined ? [] : [foundWords(condition.found)]),
    ...(condition.facts === undefined ? [] : factsWords(condition.facts)),
    ...(condition.unscannable === undefined ? [] : [unreadWords(condition.unscannable, condition.upTo)]),
    ...(condition.all === undefined ? [] : [bracketed(condition.all.map((one) => joined(parts(one), 'and')), 'and')]),
    ...(condition.any === undefined ? [] : [bracketed(condition.any.map((one) => joined(parts(one), 'and')), 'or')]),
    ...(condition.not === undefined ? [] : [negated(joined(parts(condition.not), 'and'))]),
  ];
}
const negated = ({ en, zh }: Words): Words => ({ en: `not: ${en}`, zh: `并非：${zh}` });

export function conditionWords(when: Condition | undefined): Words {
  if (when === undefined) return { en: 'always', zh: '始终' };
  return joined(parts(when), 'and');
}
