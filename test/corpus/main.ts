/** `npm run accuracy`: scores the detectors on the corpus, or on a folder of benign text. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findAll } from '../../detectors/index.js';
import { benignReport, scoreFolder } from './benign.js';
import { corpus, SAMPLE, SEED, truthOf, WHOLE } from './corpus.js';
import { writeFigures } from '../kit/figures-page.js';
import { readOptions } from '../kit/options.js';
import { floors, keepFloors, raised, shortfalls } from './floors.js';
import { figuresPage } from './page.js';
import { report } from './report.js';
import { renewSample } from './sample.js';
import { addDocument, emptyScore, type Score } from './score.js';

const USAGE = 'npm run accuracy -- [--seed N] [--documents N] [--out DIR] [--check] [--json] [--write] [--raise-floors] [--renew-sample] [--benign DIR [--ending .log] [--show] [--from 0.7] [--most 200]]';

const { values } = readOptions({
  options: {
    seed: { type: 'string', default: String(SEED) },
    documents: { type: 'string', default: String(WHOLE) },
    out: { type: 'string' },
    'renew-sample': { type: 'boolean', default: false },
    benign: { type: 'string', multiple: true },
    ending: { type: 'string', multiple: true, default: [] },
    show: { type: 'boolean', default: false },
    from: { type: 'string', default: '0' },
    most: { type: 'string', default: '200' },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    'raise-floors': { type: 'boolean', default: false },
  },
}, USAGE);

if (values.benign !== undefined) {
  for (const folder of values.benign) {
    const totals = scoreFolder(folder, { endings: values.ending, show: values.show ? Number(values.most) : 0, from: Number(values.from) });
    console.log(values.json ? JSON.stringify({ folder, files: totals.files, bytes: totals.bytes, counts: Object.fromEntries(totals.counts) }) : benignReport(folder, totals));
  }
} else if (values['raise-floors']) {
  const { whole, sample } = floors();
  keepFloors({ whole: raised(scored(SEED, WHOLE), whole), sample: raised(scored(SEED, SAMPLE), sample) });
} else if (values['renew-sample']) {
  renewSample();
} else if (values.out !== undefined) {
  writeCorpus(values.out);
} else {
  scoreCorpus();
}

function writeCorpus(folder: string): void {
  const truth: string[] = [];
  for (const document of corpus(Number(values.seed), Number(values.documents))) {
    const path = join(folder, document.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, document.text);
    for (const line of truthOf(document)) truth.push(JSON.stringify(line));
  }
  writeFileSync(join(folder, 'truth.jsonl'), `${truth.join('\n')}\n`);
}

function scored(seed: number, documents: number): Score {
  const score = emptyScore();
  for (const document of corpus(seed, documents)) addDocument(score, document, findAll(document.text));
  return score;
}

function scoreCorpus(): void {
  const score = scored(Number(values.seed), Number(values.documents));
  const { types, hosts, forms, kinds, mistakes, tenths, bytes, documents } = score;
  if (values.json) {
    const plain = Object.fromEntries(Object.entries({ types, hosts, forms, kinds, mistakes, tenths }).map(([name, counts]) => [name, Object.fromEntries(counts)]));
    console.log(JSON.stringify({ seed: Number(values.seed), documents, bytes, ...plain }, undefined, 1));
  } else {
    console.log(report(score));
  }
  if (values.write) writeFigures('accuracy', figuresPage(score, Number(values.seed)));
  if (values.check) {
    const short = shortfalls(scored(SEED, WHOLE), floors().whole);
    for (const line of short) console.error(line);
    if (short.length > 0) process.exitCode = 1;
  }
}
