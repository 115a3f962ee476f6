/** How likely a held message is a real leak, and how bad: points with their reasons, so that nobody has to believe a number. */
import type { HeldMessage, RiskReason, Severity } from '../ports.js';

const MOST = 100;
const DAY_MS = 86_400_000;

/** Points of each reason; the sum is cut at 100. What policy says counts most, then how many people it would hurt. */
const POINTS = {
  'severity-critical': 45,
  'severity-high': 30,
  'severity-medium': 16,
  'severity-low': 8,
  'grade-high': 12,
  'grade-middle': 6,
  'numbers-500': 26,
  'numbers-50': 20,
  'numbers-10': 12,
  'numbers-3': 6,
  'kinds-several': 6,
  'confidence-high': 8,
  'confidence-low': -6,
  'test-numbers': -15,
  'unscannable-encrypted': 15,
  'unscannable': 8,
  'recipient-outside': 8,
  'recipient-first-seen': 6,
  'four-eyes': 5,
} as const;

/** `age`: one point a day, so that nothing waits for ever behind what is worse. */
export type RiskCode = keyof typeof POINTS | 'age';

/** For the console: what each reason says. */
export const RISK_WORDS: Readonly<Record<RiskCode, { readonly zh: string; readonly en: string }>> = {
  'severity-critical': { zh: '规则级别：严重', en: 'the rule calls it critical' },
  'severity-high': { zh: '规则级别：高', en: 'the rule calls it high' },
  'severity-medium': { zh: '规则级别：中', en: 'the rule calls it medium' },
  'severity-low': { zh: '规则级别：低', en: 'the rule calls it low' },
  'grade-high': { zh: '含高敏感数据（C3 或核心）', en: 'data of the highest grade (C3, core)' },
  'grade-middle': { zh: '含敏感数据（C2 或重要）', en: 'data of a middle grade (C2, important)' },
  'numbers-500': { zh: '五百个以上不同号码', en: '500 or more different numbers' },
  'numbers-50': { zh: '五十个以上不同号码', en: '50 or more different numbers' },
  'numbers-10': { zh: '十个以上不同号码', en: '10 or more different numbers' },
  'numbers-3': { zh: '三个以上不同号码', en: '3 or more different numbers' },
  'kinds-several': { zh: '多种号码同时出现', en: 'several kinds of numbers together' },
  'confidence-high': { zh: '号码校验确凿', en: 'the numbers prove themselves' },
  'confidence-low': { zh: '号码均不确定', en: 'none of the numbers is certain' },
  'test-numbers': { zh: '全部为公开测试号码', en: 'nothing but published test numbers' },
  'unscannable-encrypted': { zh: '含加密内容，无法检查', en: 'encrypted content, not readable' },
  unscannable: { zh: '部分内容无法检查', en: 'parts could not be read' },
  'recipient-outside': { zh: '发往外部收件人', en: 'a recipient outside' },
  'recipient-first-seen': { zh: '首次出现的收件人', en: 'a recipient not seen before' },
  'four-eyes': { zh: '需要双人复核', en: 'a second person is asked for' },
  age: { zh: '等待天数', en: 'days of waiting' },
};

export interface RiskFacts {
  readonly message: HeldMessage;
  /** Of the detectors that found something. */
  readonly grades: readonly string[];
  readonly recipientOutside: boolean;
  /** Nothing for one of the recipients was held before. */
  readonly recipientFirstSeen: boolean;
}

const CONFIDENT = 0.95;
const UNCERTAIN = 0.8;
const NUMBER_STEPS = [500, 50, 10, 3] as const;
const SEVERITY_CODES: Readonly<Record<Severity, RiskCode | undefined>> = {
  critical: 'severity-critical', high: 'severity-high', medium: 'severity-medium', low: 'severity-low', info: undefined,
};

/** False where more was found than is kept one by one. */
export function keepsAll({ findings, findingCounts }: Pick<HeldMessage, 'findings' | 'findingCounts'>): boolean {
  return Object.values(findingCounts).reduce((sum, count) => sum + count, 0) <= findings.length;
}

/** Score and reasons of a message as it is held; what waiting adds comes on top, see `riskNow`. */
export function riskOf({ message, grades, recipientOutside, recipientFirstSeen }: RiskFacts): { readonly score: number; readonly reasons: readonly RiskReason[] } {
  const { findings, unscannable } = message;
  const distinct = message.distinct ?? new Set(findings.map(({ fingerprint }) => fingerprint)).size;
  const step = NUMBER_STEPS.find((least) => distinct >= least);
  // Of the rest only counts are known: decoys in front must not speak for what comes behind them.
  const isWhole = keepsAll(message);
  const kinds = isWhole ? new Set(findings.filter(({ confidence }) => confidence >= UNCERTAIN).map(({ detector }) => detector)).size : Object.keys(message.findingCounts).length;
  const codes: readonly (keyof typeof POINTS | RiskCode | undefined | false)[] = [
    SEVERITY_CODES[message.severity],
    has(grades, 'C3', 'core') ? 'grade-high' : has(grades, 'C2', 'important') && 'grade-middle',
    step !== undefined && (`numbers-${step}` as const),
    kinds > 1 && 'kinds-several',
    findings.some(({ confidence }) => confidence >= CONFIDENT) && 'confidence-high',
    isWhole && findings.length > 0 && findings.every(({ confidence }) => confidence < UNCERTAIN) && 'confidence-low',
    isWhole && findings.length > 0 && findings.every(({ tags }) => tags.includes('test-number')) && 'test-numbers',
    unscannable.some(({ reason }) => reason === 'encrypted') ? 'unscannable-encrypted' : unscannable.length > 0 && 'unscannable',
    recipientOutside && 'recipient-outside',
    recipientFirstSeen && 'recipient-first-seen',
    message.fourEyes && 'four-eyes',
  ];
  const reasons = codes.flatMap((code): RiskReason[] => (code === undefined || code === false || code === 'age' ? [] : [{ code, points: POINTS[code] }]));
  return { score: cut(reasons.reduce((sum, { points }) => sum + points, 0)), reasons: worstFirst(reasons) };
}

/** The score with what waiting adds. Sorting by it and by the ledger's rank is the same: both grow by a point a day. */
export function riskNow(held: { readonly risk: number; readonly reasons: readonly RiskReason[] }, waitedMs: number): { readonly score: number; readonly reasons: RiskReason[] } {
  const days = Math.max(0, Math.floor(waitedMs / DAY_MS));
  const reasons = days === 0 ? held.reasons : worstFirst([...held.reasons, { code: 'age', points: days }]);
  return { score: cut(held.risk + days), reasons: [...reasons] };
}

function worstFirst(reasons: readonly RiskReason[]): readonly RiskReason[] {
  return [...reasons].sort((a, b) => b.points - a.points);
}

function cut(points: number): number {
  return Math.min(MOST, Math.max(0, points));
}

function has(grades: readonly string[], ...wanted: readonly string[]): boolean {
  return wanted.some((grade) => grades.includes(grade));
}
