/** The sample in the repository: one document of each host that holds something to find, with its truth, as lines of JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import { corpus, SEED, truthOf } from './corpus.js';

const DOCUMENTS = new URL('./sample/documents.jsonl', import.meta.url);
const TRUTH = new URL('./sample/truth.jsonl', import.meta.url);

export interface SampleText {
  readonly documents: string;
  readonly truth: string;
}

/** As the generator makes it today. */
export function madeSample(): SampleText {
  const sample = [...corpus(SEED, 1)].filter(({ benign }) => !benign);
  const lines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  return { documents: lines(sample.map(({ file, host, text }) => ({ file, host, text }))), truth: lines(sample.flatMap(truthOf)) };
}

/** As it lies in the repository. */
export function keptSample(): SampleText {
  return { documents: readFileSync(DOCUMENTS, 'utf8'), truth: readFileSync(TRUTH, 'utf8') };
}

export function renewSample(): void {
  const { documents, truth } = madeSample();
  writeFileSync(DOCUMENTS, documents);
  writeFileSync(TRUTH, truth);
}
