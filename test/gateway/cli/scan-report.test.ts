import { describe, expect, it } from '@jest/globals';
import { jsonReport, textReport } from '../../../gateway/cli/scan-report.js';
import { wordsFor } from '../../../gateway/cli/words.js';
import { finding } from './fake-engine.js';

function outputs(explain: boolean) {
  const printed: string[] = [];
  const told: string[] = [];
  return { printed, told, all: { words: wordsFor('en'), explain, print: (text: string) => void printed.push(text), tell: (text: string) => void told.push(text) } };
}

describe('what a scan writes', () => {
  it('a JSON line has the fixed fields in the fixed order, and reasons only when asked', () => {
    const { printed, all } = outputs(false);
    jsonReport(all).finding('a.txt', finding('body', 3));
    jsonReport({ ...all, explain: true }).finding('a.txt', finding('body', 3));
    expect(printed).toEqual([
      '{"file":"a.txt","part":"body","detector":"fake","start":3,"end":4,"confidence":0.9,"preview":"*"}',
      '{"file":"a.txt","part":"body","detector":"fake","start":3,"end":4,"confidence":0.9,"preview":"*","reasons":["hash"],"tags":[]}',
    ]);
  });

  it('what could not be read is a JSON line too', () => {
    const { printed, all } = outputs(false);
    jsonReport(all).unscannable('a', { part: 'body/1', reason: 'encrypted', bytes: 9, detail: 'zip' });
    jsonReport(all).skipped('b', 'permission', 12);
    expect(printed).toEqual(['{"file":"a","part":"body/1","unscannable":"encrypted","bytes":9}', '{"file":"b","part":"file","unscannable":"permission","bytes":12}']);
  });

  it('text names a file once above its findings, and no name can steer the terminal', () => {
    const { printed, told, all } = outputs(true);
    const report = textReport(all);
    report.finding('a\u001b[2J.txt', finding('body', 3));
    report.finding('a\u001b[2J.txt', finding('body\u0007', 5));
    report.skipped('x\ny', 'special', 0);
    expect(printed).toHaveLength(3);
    expect(printed[0]).toBe('a\ufffd[2J.txt');
    expect([...printed, ...told].filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });
});
