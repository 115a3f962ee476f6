/** `npm run soak [-- --size 10GiB]`: ten times the bench's upload must need no more memory than the bench's own. */
import { parseArgs } from 'node:util';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { parseBytes, table } from './table.js';

/** Garbage is collected when it suits the collector; a body that is kept would be far above this. */
const TOLERANCE = 1.5;

const { values } = parseArgs({ options: { size: { type: 'string', default: '10GiB' } } });
const bytes = parseBytes(values.size);
const say = (line: string): void => console.error(line);
const small = await measure(ROWS, Math.ceil(bytes / 10), 1, say);
const large = await measure(ROWS, bytes, 1, say);
console.log(`\nUpload of ${values.size} of text\n\n${table(large)}\n`);
for (const [index, { row, peak }] of large.rows.entries()) {
  const before = small.rows[index]?.peak ?? 0;
  const flat = peak <= before * TOLERANCE;
  console.log(`${flat ? 'flat   ' : 'GROWING'}  ${row.title}: ${before.toFixed(0)} MiB at a tenth, ${peak.toFixed(0)} MiB at the whole`);
  if (!flat) process.exitCode = 1;
}
