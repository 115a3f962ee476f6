/** `npm run bench [-- upload|scan|patterns|queue|decode|smtp|gateway|memory] [--quick]`: large uploads beside a bare pass-through proxy, mail beside Postfix, the gateway beside nginx and ModSecurity, scan rates beside regular expression engines, the queue beside a plain select, decoders beside programs that unwrap, and memory over a long time. */
import { join, resolve } from 'node:path';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { decodeBench, decodeMarkdown } from './decode/decode.js';
import { gatewayMarkdown } from './gateway/figures.js';
import { gatewayBench } from './gateway/gateway.js';
import { ROW_IDS } from './gateway/rows.js';
import { queueBench, queueMarkdown, queueText } from './queue/queue.js';
import { writeFigures } from '../kit/figures-page.js';
import { readOptions, refuse } from '../kit/options.js';
import { memoryText } from './scan/memory-table.js';
import { buildWeir, smtpBench, smtpMarkdown } from './smtp/smtp.js';
import { memory, patternsMarkdown, patternsText, scan, scanMarkdown, scanText, scanWithPatterns, type ScanOptions } from './scan/scan.js';
import { parseBytes, table } from './table.js';

const TABLES = ['upload', 'scan', 'patterns', 'queue', 'decode', 'smtp', 'gateway', 'memory'] as const;

const USAGE = `npm run bench -- [${TABLES.join('|')}] [--quick] [--size 16MiB] [--rounds N] [--row ID] [--front node|fast] [--dist DIR] [--no-build] [--write]`;

const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    /** Of one upload; of one row's text, or of all messages, when no upload is asked for. */
    size: { type: 'string' },
    rounds: { type: 'string' },
    row: { type: 'string', multiple: true },
    /** Small and rough, for work in progress. */
    quick: { type: 'boolean', default: false },
    /** Of the gateway's rows: node, fast; both where nothing is said. */
    front: { type: 'string', multiple: true },
    /** A compiled program, to scan with instead of building this one. */
    dist: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    /** Puts what was measured of scanning into docs/figures.md. */
    write: { type: 'boolean', default: false },
  },
}, USAGE);
const unknown = positionals.find((name) => !TABLES.some((one) => one === name));
if (unknown !== undefined) refuse(`no table is called ${unknown}`, USAGE);
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
if (wants('decode')) {
  const bytes = parseBytes(values.size ?? (values.quick ? '1MiB' : '8MiB'));
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  const markdown = decodeMarkdown(await decodeBench({ bytes, rounds, rows: values.row, say: (line) => console.error(line) }), bytes, rounds);
  console.log(`\n${markdown}`);
  if (values.write) writeFigures('decode', markdown);
}
if (wants('smtp')) {
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (options.dist === undefined) buildWeir();
  const markdown = smtpMarkdown(await smtpBench({ quick: values.quick, rounds, rows: values.row, main: join(resolve(options.dist ?? 'dist'), 'gateway', 'main.js'), say: (line) => console.error(line) }), rounds);
  console.log(`\n${markdown}`);
  if (values.write) writeFigures('smtp', markdown);
}
// Minutes long, so only when it is asked for.
if (positionals.includes('gateway')) {
  const rows = values.row;
  const strange = rows?.find((id) => !ROW_IDS.includes(id));
  if (strange !== undefined) throw new Error(`no row is called ${strange}; there are ${ROW_IDS.join(', ')}`);
  if (options.dist === undefined) buildWeir();
  const fronts = (['node', 'fast'] as const).filter((front) => values.front === undefined || values.front.includes(front));
  const markdown = gatewayMarkdown(await gatewayBench({ quick: values.quick, rounds: Number(values.rounds ?? (values.quick ? 2 : 5)), rows, fronts, main: join(resolve(options.dist ?? 'dist'), 'gateway', 'main.js'), say: (line) => console.error(line) }));
  console.log(`\n${markdown}`);
  if (values.write) writeFigures('gateway', markdown);
}
if (positionals.includes('memory')) console.log(`\n${memoryText(memory({ dist: options.dist, bytes: parseBytes(values.size ?? (values.quick ? '1GiB' : '32GiB')) }))}`);
if (values.write && pages.length > 0) writeFigures('speed', pages.join('\n\n'));
