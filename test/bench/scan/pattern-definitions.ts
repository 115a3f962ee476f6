/** Fifty patterns as a company declares them: most begin with letters of its own, some with nothing that could be looked for. */
import type { PatternDefinition } from '../../../detectors/pattern.js';

const PREFIXES = ['EMP', 'PRJ', 'CTR', 'INV', 'TKT', 'DOC', 'PAY', 'LOAN', 'CASE', 'ASSET', 'CUST', 'VEND', 'POL', 'CLM', 'REQ', 'CHG', 'INC', 'BOM', 'LOT', 'SN', 'QA', 'HR', 'FIN', 'LAW', 'MED'];
const WORDS = ['工号', '客户号', '合同编号', '保单号', '病历号', '学号', '护照号', '车架号', '社保号', '报销单号'];
const NAMES = ['proj', 'token', 'secret', 'tenant', 'branch'];

interface Sort {
  readonly pattern: string;
  readonly hit: string;
}

const SORTS: readonly Sort[] = [
  ...PREFIXES.map((prefix) => ({ pattern: `${prefix}-\\d{6}`, hit: `«${prefix}-482915» is open` })),
  ...WORDS.map((word) => ({ pattern: `${word}[:：]?[0-9A-Z]{8}`, hit: `请查«${word}：7K30Q914»` })),
  ...Array.from({ length: 10 }, (_, digit) => ({ pattern: `[A-Z]{2}${digit}[0-9]{6}[A-Z]`, hit: `no. «QX${digit}482915B» is open` })),
  ...NAMES.map((name) => ({ pattern: `(?i:${name})_[a-z]{3,8}_\\d{4}`, hit: `in «${name}_harbour_2291» now` })),
];

export const PATTERNS: readonly PatternDefinition[] = SORTS.map(({ pattern, hit }, index) => ({
  id: `bench.${index}`,
  title: { zh: `第 ${index} 个`, en: `number ${index}` },
  pattern,
  checksum: 'none',
  words: [],
  confidence: 0.8,
  confidenceWithWords: 0.9,
  keep: { first: 0, last: 0 },
  cases: { hit: [hit], miss: ['nothing of the kind'] },
}));
