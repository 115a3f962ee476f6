/** `npm run bench [-- upload|scan|patterns|queue|memory] [--quick]`: large uploads beside a bare pass-through proxy, scan rates beside regular expression engines, the queue beside a plain select, and memory over a long time. */
import { parseArgs } from 'node:util';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { queueBench, queueMarkdown, queueText } from './queue/queue.js';
import { writeFigures } from '../kit/figures-page.js';
import { memoryText } from './scan/memory-table.js';
import { memory, patternsMarkdown, patternsText, scan, scanMarkdown, scanText, scanWithPatterns, type ScanOptions } from './scan/scan.js';
import { parseBytes, table } from './table.js';

const TABLES = ['upload', 'scan', 'patterns', 'queue', 'memory'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of one upload; of one row's text, or of all messages, when no upload is asked for. */
    size: { type: 'string' },
    rounds: { type: 'string' },
    row: { type: 'string', multiple: true },
    /** Small and rough, for work in progress. */
    quick: { type: 'boolean', default: false },
    /** A compiled program, to scan with instead of building this one. */
    dist: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    /** Puts what was measured of scanning into docs/figures.md. */
    write: { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((name) => !TABLES.some((one) => one === name));
if (unknown !== undefined) throw new Error(`no table is called ${unknown}; there are ${TABLES.join(', ')}`);
const wants = (name: (typeof TABLES)[number]): boolean => positionals.length === 0 || positionals.includes(name);

if (wants('upload')) {
  const size = values.size ?? (values.quick ? '128MiB' : '1GiB');
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  const rows = ROWS.filter(({ id }) => values.row === undefined || values.row.includes(id));
  if (rows.length > 0) {
    const measured = await measure(rows, parseBytes(size), rounds, (line) => console.error(line));
    console.log(`\nUpload of ${size} of text, ${rounds} rounds, all on loopback; gateway and proxy on one core each in turn\n\n${table(measured)}`);
  }
}

const size = (wants('upload') ? undefined : values.size) ?? (values.quick ? '2MiB' : '16MiB');
const options: ScanOptions = {
  quick: values.quick,
  bytes: parseBytes(size),
  rounds: Number(values.rounds ?? (values.quick ? 3 : 5)),
  rows: values.row,
  dist: values.dist ?? (values['no-build'] ? 'dist' : undefined),
};
const pages: string[] = [];
if (wants('scan')) {
  const result = scan(options);
  console.log(`\n${scanText(result)}`);
  pages.push(scanMarkdown(result));
}
if (wants('patterns')) {
  const result = scanWithPatterns({ ...options, dist: options.dist ?? (wants('scan') ? 'dist' : undefined) });
  console.log(`\n${patternsText(result)}`);
  pages.push(patternsMarkdown(result));
}
if (wants('queue')) {
  const messages = values.quick ? 10_000 : 100_000;
  const rows = await queueBench({ messages, rounds: Number(values.rounds ?? (values.quick ? 3 : 9)), say: (line) => console.error(line) });
  console.log(`\n${queueText(rows, messages)}`);
  if (values.write) writeFigures('queue', queueMarkdown(rows, messages));
}
// Minutes long, so only when it is asked for.
if (positionals.includes('memory')) console.log(`\n${memoryText(memory({ dist: options.dist, bytes: parseBytes(values.size ?? (values.quick ? '1GiB' : '32GiB')) }))}`);
if (values.write && pages.length > 0) writeFigures('speed', pages.join('\n\n'));
