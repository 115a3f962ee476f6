/** A rule's condition as a sentence, in both languages. */
import type { Condition, FactsSelector, FindingSelector } from '../../config/schema.js';

interface Words {
  readonly en: string;
  readonly zh: string;
}

const FACTS: Readonly<Record<keyof FactsSelector, Words>> = {
  user: { en: 'the user', zh: '用户' },
  department: { en: 'the department', zh: '部门' },
  sender: { en: 'the sender', zh: '发送人' },
  recipient: { en: 'at least one recipient', zh: '至少一名接收人' },
  everyRecipient: { en: 'every recipient', zh: '全部接收人' },
  destination: { en: 'the destination', zh: '目的地' },
  client: { en: 'the client address', zh: '客户端地址' },
  method: { en: 'the method', zh: '请求方法' },
  mediaType: { en: 'the content type', zh: '内容类型' },
  fileName: { en: 'a file name', zh: '文件名' },
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

function factsWords(facts: FactsSelector): Words[] {
  return (Object.keys(FACTS) as (keyof FactsSelector)[]).flatMap((name) => {
    const value = facts[name];
    if (value === undefined) return [];
    const patterns = typeof value === 'string' ? [value] : value;
    const plain = patterns.filter((one) => one !== 'unknown');
    const en = [...(plain.length === 0 ? [] : [`is ${plain.join(' or ')}`]), ...(patterns.includes('unknown') ? ['is not known'] : [])].join(' or ');
    const zh = [...(plain.length === 0 ? [] : [`为 ${plain.join(' 或 ')}`]), ...(patterns.includes('unknown') ? ['未知'] : [])].join('或');
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

function parts(condition: Condition): Words[] {
  return [
    ...(condition.found === undefined ? [] : [foundWords(condition.found)]),
    ...(condition.facts === undefined ? [] : factsWords(condition.facts)),
    ...(condition.unscannable === undefined ? [] : [{ en: `something could not be read (${condition.unscannable.join(', ')})`, zh: `有内容无法读取（${condition.unscannable.join('、')}）` }]),
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
