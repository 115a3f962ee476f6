import { describe, expect, it } from '@jest/globals';
import { jsonReport, textReport } from '../../../gateway/cli/scan-report.js';
import { wordsFor } from '../../../gateway/cli/words.js';
import { finding } from './fake-engine.js';

function outputs(explain: boolean) {
  const printed: string[] = [];
  const told: string[] = [];
  return { printed, told, all: { language: 'en' as const, words: wordsFor('en'), explain, receipt: false, print: (text: string) => void printed.push(text), tell: (text: string) => void told.push(text) } };
}

describe('what a scan writes', () => {
  it('a JSON line has the fixed fields in the fixed order, and reasons only when asked', () => {
    const { printed, all } = outputs(false);
    jsonReport(all).finding('a.txt', finding('body', 3));
    jsonReport({ ...all, explain: true }).finding('a.txt', finding('body', 3));
    expect(printed).toEqual([
      '{"file":"a.txt","part":"body","detector":"fake","start":3,"end":4,"confidence":0.9,"preview":"*"}',
      '{"file":"a.txt","part":"body","detector":"fake","start":3,"end":4,"confidence":0.9,"preview":"*","band":"high","reasons":["hash"],"tags":[]}',
    ]);
  });

  it('what could not be read is a JSON line too', () => {
    const { printed, all } = outputs(false);
    jsonReport(all).unscannable('a', { part: 'body/1', reason: 'encrypted', bytes: 9, detail: 'zip' });
    jsonReport(all).skipped('b', 'permission', 12);
    expect(printed).toEqual(['{"file":"a","part":"body/1","unscannable":"encrypted","bytes":9}', '{"file":"b","part":"file","unscannable":"permission","bytes":12}']);
  });

  it('a receipt is one JSON line, or a tree of parts, and only when asked for', () => {
    const receipt = {
      size: 9, scanned: 5, unscanned: 4, inside: { scanned: 20, unscanned: 1 }, more: 2, detectors: 'd1', policy: '',
      parts: [
        { part: 'body', chain: ['zip'], scanned: 5, unscanned: 0 },
        { part: 'body/1.txt', chain: ['text', 'utf-8'], scanned: 20, unscanned: 0, inside: 'body' },
        { part: 'body/2', chain: ['7z\u001b'], scanned: 0, unscanned: 1, reason: 'encrypted' as const, inside: 'body' },
        { part: 'tail', chain: ['unknown'], scanned: 0, unscanned: 4, reason: 'malformed' as const },
      ],
    };
    const quiet = outputs(false);
    jsonReport(quiet.all).receipt('a', receipt);
    textReport(quiet.all).receipt('a', receipt);
    expect(quiet.printed).toEqual([]);
    const { printed, all } = outputs(false);
    textReport({ ...all, receipt: true }).receipt('a', receipt);
    expect(printed).toEqual([
      'a',
      '  9 bytes: 5 read, 4 not read',
      '  inside encodings and containers: 20 read, 1 not read',
      '  body  zip  5 read',
      '    body/1.txt  text › utf-8  20 read',
      '    body/2  7z\ufffd  1 not read (encrypted)',
      '  tail  unknown  4 not read (malformed)',
      '  and 2 further parts, counted above',
      '  detectors d1',
    ]);
    printed.length = 0;
    jsonReport({ ...all, receipt: true }).receipt('a', receipt);
    const { policy: _, ...shown } = receipt;
    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual([{ file: 'a', receipt: shown }]);
  });

  it('text names a file once above its findings, and no name can steer the terminal', () => {
    const { printed, told, all } = outputs(true);
    const report = textReport(all);
    report.finding('a\u001b[2J.txt', finding('body', 3));
    report.finding('a\u001b[2J.txt', finding('body\u0007', 5));
    report.skipped('x\ny', 'special', 0);
    expect(printed.filter((line) => !line.startsWith('  '))).toEqual(['a\ufffd[2J.txt']);
    expect([...printed, ...told].filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });

  it('text explains a finding below it, in the language of the terminal', () => {
    const { printed, all } = outputs(true);
    const found = finding('body', 3, { confidence: 0.72, reasons: ['segment', 'keyword', 'glued-letter'], tags: ['test-number'] });
    textReport(all).finding('a', found);
    expect(printed.slice(2).map((line) => line.trim())).toEqual([
      'Confidence: medium (0.72).',
      'For it: its mobile segment is in force; a word near it names this kind of number.',
      'Against it: letters are glued to it.',
      'It is a published test number.',
    ]);
    printed.length = 0;
    textReport({ ...all, language: 'zh', words: wordsFor('zh') }).finding('a', found);
    expect(printed.slice(2).map((line) => line.trim())).toEqual([
      '置信度：中（0.72）。', '依据：属于在用的手机号段；附近有表明这类号码的词。', '疑点：与字母紧连。', '是公开的测试号码。',
    ]);
  });
});
