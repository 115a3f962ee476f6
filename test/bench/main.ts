/** `npm run bench [-- upload|scan] [--quick]`: large uploads beside a bare pass-through proxy, and scan rates beside regular expression engines. */
import { parseArgs } from 'node:util';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { writeFigures } from './scan/figures.js';
import { scan, scanMarkdown, scanText } from './scan/scan.js';
import { parseBytes, table } from './table.js';

const TABLES = ['upload', 'scan'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of one upload, or of one row's text when the scan table alone is asked for. */
    size: { type: 'string' },
    rounds: { type: 'string' },
    row: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    /** Puts the scan table into docs/figures.md. */
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
if (wants('scan')) {
  const bytes = wants('upload') ? undefined : values.size;
  const result = scan({
    quick: values.quick,
    bytes: parseBytes(bytes ?? (values.quick ? '4MiB' : '16MiB')),
    rounds: Number(values.rounds ?? (values.quick ? 3 : 5)),
    rows: values.row,
    build: !values['no-build'],
  });
  console.log(`\n${scanText(result)}`);
  if (values.write) writeFigures('speed', scanMarkdown(result));
}
