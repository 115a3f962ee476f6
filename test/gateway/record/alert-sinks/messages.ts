/** Alerts for tests of sinks: plain ones, and any that fast-check can think of. */
import fc from 'fast-check';
import type { AlertItem, AlertLine, AlertMessage, Severity } from '../../../../gateway/ports.js';

export const AT = Date.UTC(2026, 10, 22, 6, 57, 30);
export const INCIDENT = 'w01k9a8b7c6d5e4f3g2h1j0k9m8';
export const CONSOLE = 'https://weir.corp.example:8081/';
const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

export const line = (changes: Partial<AlertLine> = {}): AlertLine => ({
  kind: 'hold',
  at: new Date(AT - 5_000),
  severity: 'high',
  count: 6,
  route: 'share',
  incident: INCIDENT,
  rule: 'ids',
  counts: { 'cn.resident-id': 2 },
  link: `${CONSOLE}messages/${INCIDENT}`,
  ...changes,
});

export const message = (changes: Partial<AlertMessage> = {}): AlertMessage => ({
  deliveryId: 'al-7',
  language: 'zh',
  severity: 'high',
  title: '文件外发被留存',
  summary: '14:56–14:57 共 7 件：留存 6，失败 1',
  items: [
    { text: '路由 share：居民身份证 2 个（110***********1234）', severity: 'high', count: 6, link: `${CONSOLE}messages/${INCIDENT}` },
    { text: '上游超时', severity: 'medium', count: 1 },
  ],
  from: new Date(AT - 60_000),
  to: new Date(AT),
  total: 7,
  link: CONSOLE,
  events: [line(), line({ kind: 'failure', severity: 'medium', count: 1, incident: undefined, rule: undefined, code: 'upstream-timeout', counts: {}, link: undefined })],
  ...changes,
});

/** What people have tried on chat windows, logs and mail programs, beside whatever else can be typed. */
const NASTY = [
  '<at id=all></at>', '<at user_id="all">所有人</at>', '@所有人', '@channel', '<!channel>', '<!here|x>', '<@U012AB3CD>', '<@all>', '@all', '@everyone',
  '[点我](https://evil.example/x)', '![x](http://evil.example/p.png)', '<https://evil.example|Weir>', 'https://evil.example/login', 'www.evil.example', 'evil.example', 'javascript:alert(1)',
  '**粗**', '_i_', '~~s~~', '`code`', '```\n', '# 标题', '> 引用', '- 项', '1. 一', '---', '===', '|a|b|', '<font color="warning">x</font>', '<script>x</script>', '<b>', '&lt;b&gt;', '&#64;',
  '\n\n# x', '\r\n.\r\nQUIT', '\r\nBcc: all@evil.example', '\u2028x', '\u0085y', '\0', '\u001b[31m', '\u202etxt.exe', '\u200b', '\ud800', '👩‍👩‍👧‍👦', '𠮷', '汉'.repeat(40), 'é'.repeat(30), '|', '=', '\\', '"', ']', 'x=y|z\\', 'CEF:0|a|b|', '<13>1 - - - - - -', '${x}', '{{x}}', ':tada:', '$$x$$', '1) x', '+1',
];

export const anyText = fc.oneof(
  { arbitrary: fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 8 }).map((parts) => parts.join('')), weight: 9 },
  { arbitrary: fc.string({ unit: 'binary', minLength: 300, maxLength: 1_500 }), weight: 1 },
);
const anySeverity = fc.constantFrom(...SEVERITIES);
const anyLink = fc.oneof(
  fc.constant(undefined),
  fc.constant(`${CONSOLE}messages/${INCIDENT}`),
  anyText.map((text) => `https://weir.corp.example/a?q=${encodeURIComponent(text.replace(/\p{Cs}/gu, ''))}&b=(x)[y]|z`),
  fc.constantFrom('javascript:alert(1)', 'https://user:pass@evil.example/', 'not an address', 'https://x.example/)](https://evil.example', 'https://x.example/|x>', `https://x.example/${'a'.repeat(900)}`),
);
const anyItem: fc.Arbitrary<AlertItem> = fc.record({ text: anyText, severity: anySeverity, count: fc.integer({ min: 1, max: 100_000 }), link: anyLink });
const anyLine: fc.Arbitrary<AlertLine> = fc.record({
  kind: fc.oneof(fc.constantFrom('hold', 'block', 'dead-letter'), anyText),
  at: fc.date({ min: new Date(AT - 86_400_000), max: new Date(AT), noInvalidDate: true }),
  severity: anySeverity,
  count: fc.integer({ min: 1, max: 100_000 }),
  route: fc.oneof(fc.constant(undefined), anyText),
  incident: fc.oneof(fc.constant(undefined), fc.constant(INCIDENT), anyText),
  rule: fc.oneof(fc.constant(undefined), anyText),
  code: fc.oneof(fc.constant(undefined), anyText),
  counts: fc.dictionary(anyText, fc.integer({ min: 0, max: 1_000 }), { maxKeys: 20 }),
  link: anyLink,
});

export const anyMessage: fc.Arbitrary<AlertMessage> = fc.record({
  deliveryId: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
  language: fc.constantFrom('zh', 'en'),
  severity: anySeverity,
  title: anyText,
  summary: anyText,
  items: fc.oneof({ arbitrary: fc.array(anyItem, { maxLength: 6 }), weight: 4 }, { arbitrary: fc.array(anyItem, { minLength: 40, maxLength: 60 }), weight: 1 }),
  itemsLeftOut: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 5_000 })),
  from: fc.constant(new Date(AT - 60_000)),
  to: fc.constant(new Date(AT)),
  total: fc.integer({ min: 1, max: 1_000_000 }),
  link: anyLink,
  test: fc.boolean(),
  events: fc.array(anyLine, { maxLength: 5 }),
  eventsLeftOut: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 50 })),
});
