/** The few words that sinks add to a message whose wording is done. */
import type { AlertMessage, Severity } from '../../ports.js';

export interface SinkWords {
  readonly severity: Readonly<Record<Severity, string>>;
  readonly open: string;
  readonly console: string;
  readonly leftOut: (count: number) => string;
  readonly times: (count: number) => string;
  readonly withheld: string;
  readonly untitled: string;
}

const WORDS: Readonly<Record<AlertMessage['language'], SinkWords>> = {
  en: {
    severity: { info: 'Info', low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' },
    open: 'Open',
    console: 'Open the console',
    leftOut: (count) => `${String(count)} more not shown here`,
    times: (count) => (count > 1 ? ` ×${String(count)}` : ''),
    withheld: '[withheld]',
    untitled: 'Weir',
  },
  zh: {
    severity: { info: '提示', low: '低', medium: '中', high: '高', critical: '严重' },
    open: '查看',
    console: '打开控制台',
    leftOut: (count) => `另有 ${String(count)} 项未在此列出`,
    times: (count) => (count > 1 ? ` ×${String(count)}` : ''),
    withheld: '[已隐去]',
    untitled: 'Weir',
  },
};

export function wordsFor(language: AlertMessage['language']): SinkWords {
  return WORDS[language];
}
