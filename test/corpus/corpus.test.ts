/** The corpus is the same for the same seed, and its truth tells the truth. */
import { describe, expect, it } from '@jest/globals';
import { idCheck, luhnDigit } from '../kit/numbers.js';
import { corpus, HOSTS, SAMPLE, SEED, truthOf } from './corpus.js';
import { keptSample, madeSample } from './sample.js';

const documents = [...corpus(SEED, SAMPLE)];

describe('the corpus', () => {
  it('has the same bytes for the same seed, and those of the sample in the repository', () => {
    expect(madeSample()).toEqual(keptSample());
    expect([...corpus(SEED, 2)]).toEqual(documents.filter(({ file }) => /\/000[01]\./.test(file)));
  });

  it('has other bytes for another seed', () => {
    const [first] = corpus(SEED + 1, 1);
    expect(first?.text).not.toBe(documents[0]?.text);
  });

  it('marks spans within the text, in order, that do not overlap, and that begin and end with the number', () => {
    const wrong: string[] = [];
    for (const { text, marks, file } of documents) {
      let end = 0;
      for (const mark of marks) {
        const bare = mark.detector === 'none' || !/^[\s.,(-]|[\s.,)-]$/.test(text.slice(mark.start, mark.end));
        if (!bare || mark.start < end || mark.end <= mark.start || mark.end > text.length) wrong.push(`${file} ${mark.kind} at ${mark.start}`);
        end = mark.end;
      }
    }
    expect(wrong).toEqual([]);
  });

  it('writes plain IDs and cards whose check digits are right', () => {
    const plain = documents.flatMap((document) => truthOf(document).flatMap((mark) => (mark.form === 'plain' ? [{ mark, digits: document.text.slice(mark.start, mark.end).toUpperCase() }] : [])));
    expect(plain.length).toBeGreaterThan(500);
    const wrong = plain.filter(({ mark, digits }) =>
      mark.detector === 'bank-card' ? luhnDigit(digits.slice(0, -1)) !== digits.slice(-1) : mark.detector === 'cn.resident-id' && mark.kind !== 'id-15' && idCheck(digits.slice(0, 17)) !== digits.slice(17),
    );
    expect(wrong.map(({ mark }) => mark)).toEqual([]);
  });

  it('keeps everything that is to be found out of benign text', () => {
    const benign = documents.filter((document) => document.benign);
    expect(benign.length).toBe(SAMPLE * HOSTS.filter((host) => host.benign === true).length);
    expect(benign.flatMap(({ marks }) => marks).filter(({ detector }) => detector !== 'none')).toEqual([]);
  });
});
