/** `npm run bench [-- --size 1GiB --rounds 3]`: one large text upload through each mode, beside a bare pass-through proxy in the same run. */
import { parseArgs } from 'node:util';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { parseBytes, table } from './table.js';

const { values } = parseArgs({ options: { size: { type: 'string', default: '1GiB' }, rounds: { type: 'string', default: '3' }, row: { type: 'string', multiple: true } } });
const rows = ROWS.filter(({ id }) => values.row === undefined || values.row.includes(id));
const measured = await measure(rows, parseBytes(values.size), Number(values.rounds), (line) => console.error(line));
console.log(`\nUpload of ${values.size} of text, ${values.rounds} rounds, all on loopback; gateway and proxy on one core each in turn\n\n${table(measured)}`);
