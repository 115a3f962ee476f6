/** The figures as Markdown tables. */
import { HOSTS } from './corpus.js';
import { countOf, CUTS, DETECTORS, ratesOf, type Count, type Cut, type Part, type Score } from './score.js';

const PARTS: readonly (readonly [Part, string])[] = [
  ['ordinary', 'Numbers as people and systems write them'],
  ['disguised', 'Numbers in disguise (one form per message)'],
];
/** The cut that policies act from unless a rule says otherwise. */
const ACTS_FROM = 0.7;
const HIGH_FROM = 0.9;
const BYTES_PER_MB = 1e6;

const percent = (share: number): string => (share * 100).toFixed(2);
const cutName = (cut: number): string => (cut === 0 ? 'all' : `≥ ${cut}`);

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function typesTable(score: Score, part: Part): string {
  const rows = DETECTORS.flatMap((detector) =>
    CUTS.map((cut) => {
      const count = countOf(score.types, part, detector, cut);
      const { precision, recall, f1 } = ratesOf(count);
      return [detector, cutName(cut), percent(precision), percent(recall), percent(f1), String(count.labelled), String(count.wrong)];
    }),
  );
  return markdownTable(['type', 'confidence', 'precision %', 'recall %', 'F1 %', 'to find', 'false'], rows);
}

function benignTable(score: Score): string {
  const megabytes = score.bytes.benign / BYTES_PER_MB;
  const rows = DETECTORS.map((detector) => [detector, ...CUTS.map((cut) => (countOf(score.types, 'benign', detector, cut).wrong / megabytes).toFixed(2))]);
  return markdownTable(['false findings per MB', ...CUTS.map(cutName)], rows);
}

/** Where the false findings in benign text come from: text that is dense in digits, mostly. */
function benignHostsTable(score: Score): string {
  const rows = HOSTS.filter(({ benign }) => benign === true).map(({ name }) => {
    const megabytes = (score.hostBytes.get(name) ?? 0) / BYTES_PER_MB;
    const perMegabyte = (cut: Cut): string[] => DETECTORS.map((detector) => (countOf(score.hosts, name, detector, cut).wrong / megabytes).toFixed(2));
    return [name, megabytes.toFixed(2), ...perMegabyte(ACTS_FROM), ...perMegabyte(HIGH_FROM)];
  });
  return markdownTable(['per MB of', 'MB', ...[ACTS_FROM, HIGH_FROM].flatMap((cut) => DETECTORS.map((detector) => `${detector} ${cutName(cut)}`))], rows);
}

const recallOf = (count: Count): string => (count.labelled === 0 ? '–' : percent(count.right / count.labelled));

function hostsTable(score: Score): string {
  const rows = HOSTS.filter(({ benign }) => benign !== true).map(({ name }) => [
    name,
    ...DETECTORS.flatMap((detector) => {
      const count = countOf(score.hosts, name, detector, ACTS_FROM);
      return count.labelled === 0 && count.wrong === 0 ? ['–', '–'] : [percent(ratesOf(count).precision), recallOf(count)];
    }),
  ]);
  return markdownTable(['host', ...DETECTORS.flatMap((detector) => [`${detector} precision`, 'recall'])], rows);
}

/** Recall of each name that was labelled, worst last, by cut. */
function recallTable(title: string, counts: ReadonlyMap<string, Count>): string {
  const names = [...new Set([...counts.keys()].map((key) => key.slice(0, key.lastIndexOf(' '))))];
  const rows = names
    .map((name) => ({ name, counts: CUTS.map((cut) => countOf(counts, name, cut)) }))
    .filter((row) => (row.counts[0]?.labelled ?? 0) > 0)
    .sort((a, b) => shareAt(b.counts) - shareAt(a.counts) || (a.name < b.name ? -1 : 1))
    .map((row) => [row.name, String(row.counts[0]?.labelled ?? 0), ...row.counts.map(recallOf)]);
  return markdownTable([title, 'to find', ...CUTS.map((cut) => `recall % ${cutName(cut)}`)], rows);
}

function shareAt(counts: readonly Count[]): number {
  const count = counts[CUTS.indexOf(ACTS_FROM)];
  return count === undefined || count.labelled === 0 ? 0 : count.right / count.labelled;
}

function mistakesTable(score: Score): string {
  const names = [...new Set([...score.mistakes.keys()].map((key) => key.slice(0, key.lastIndexOf(' '))))];
  const rows = names
    .map((name) => ({ name, wrong: CUTS.map((cut) => countOf(score.mistakes, name, cut).wrong) }))
    .sort((a, b) => (b.wrong[2] ?? 0) - (a.wrong[2] ?? 0) || (b.wrong[0] ?? 0) - (a.wrong[0] ?? 0) || (a.name < b.name ? -1 : 1))
    .map(({ name, wrong }) => [...name.split(' '), ...wrong.map(String)]);
  return markdownTable(['taken for', 'in truth', ...CUTS.map(cutName)], rows);
}

function tenthsTable(score: Score): string {
  const rows = Array.from({ length: 10 }, (_, tenth) => [
    `${(tenth / 10).toFixed(1)} – ${((tenth + 1) / 10).toFixed(1)}`,
    ...DETECTORS.map((detector) => {
      const { right, wrong } = countOf(score.tenths, detector, tenth);
      return right + wrong === 0 ? '–' : `${percent(right / (right + wrong))} (${right + wrong})`;
    }),
  ]);
  return markdownTable(['stated confidence', ...DETECTORS.map((detector) => `${detector}: right % (of)`)], rows);
}

export function report(score: Score): string {
  const mb = (part: Part): string => (score.bytes[part] / BYTES_PER_MB).toFixed(2);
  return [
    `${score.documents} documents: ${mb('ordinary')} MB ordinary, ${mb('disguised')} MB disguised, ${mb('benign')} MB benign.`,
    ...PARTS.flatMap(([part, title]) => [`### ${title}`, typesTable(score, part)]),
    '### Benign text',
    benignTable(score),
    benignHostsTable(score),
    `### By host, from ${ACTS_FROM}`,
    hostsTable(score),
    '### By form',
    recallTable('form', score.forms),
    '### By sort of number (ordinary text)',
    recallTable('sort', score.kinds),
    '### What was wrongly found',
    mistakesTable(score),
    '### Stated confidence against what was right',
    tenthsTable(score),
  ].join('\n\n');
}
