/** `npm run soak [-- upload|mail|wire] [--size 10GiB] [--mails 10000] [--frontend fast|node] [--minutes 20] [--processes 1] [--seed 1]`: ten times the bench's upload must need no more memory than the bench's own, of ten thousand mails none may be lost while everything dies in turn, and on the wire every answer must be its request's own. */
import { fileURLToPath } from 'node:url';
import { accountForMails, accountText } from '../kit/mail-accounting.js';
import { readOptions } from '../kit/options.js';
import { measure } from './measure.js';
import { ROWS } from './rows.js';
import { buildWeir } from './smtp/smtp.js';
import { parseBytes, table } from './table.js';
import { growing, soakWire } from './wire/wire-soak.js';

/** Garbage is collected when it suits the collector; a body that is kept would be far above this. */
const TOLERANCE = 1.5;
const MAILS_FOR_A_DEATH = 250;

const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '10GiB' },
    mails: { type: 'string', default: '10000' },
    frontend: { type: 'string', default: 'fast' },
    minutes: { type: 'string', default: '20' },
    processes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
}, 'npm run soak -- [upload|mail|wire] [--size 10GiB] [--mails 10000] [--frontend fast|node] [--minutes 20] [--processes 1] [--seed 1]');
const MAIN = fileURLToPath(new URL('../../dist/gateway/main.js', import.meta.url));
const wants = (name: 'upload' | 'mail' | 'wire'): boolean => positionals.length === 0 || positionals.includes(name);
const say = (line: string): void => console.error(line);

if (wants('upload')) {
  const bytes = parseBytes(values.size);
  const small = await measure(ROWS, Math.ceil(bytes / 10), 1, say);
  const large = await measure(ROWS, bytes, 1, say);
  console.log(`\nUpload of ${values.size} of text\n\n${table(large)}\n`);
  for (const [index, { row, peak }] of large.rows.entries()) {
    const before = small.rows[index]?.peak ?? 0;
    const flat = peak <= before * TOLERANCE;
    console.log(`${flat ? 'flat   ' : 'GROWING'}  ${row.title}: ${before.toFixed(0)} MiB at a tenth, ${peak.toFixed(0)} MiB at the whole`);
    if (!flat) process.exitCode = 1;
  }
}

if (wants('mail')) {
  if (!wants('upload')) buildWeir();
  const mails = Number(values.mails);
  const account = await accountForMails({ mails, connections: 16, kills: Math.max(5, Math.round(mails / MAILS_FOR_A_DEATH)), main: MAIN, say });
  console.log(`\n${accountText(account)}`);
  const wrong = [...account.lost.map((one) => `lost: ${one}`), ...account.leaked.map((one) => `left although held: ${one}`), ...account.refused, ...account.withoutFile.map((one) => `no file: ${one}`)];
  for (const line of wrong.slice(0, 50)) console.log(line);
  if (wrong.length > 0 || account.accepted !== mails) process.exitCode = 1;
}

if (wants('wire')) {
  if (!wants('upload') && !wants('mail')) buildWeir();
  const account = await soakWire({ main: MAIN, frontend: values.frontend === 'node' ? 'node' : 'fast', minutes: Number(values.minutes), processes: Number(values.processes), seed: Number(values.seed), say });
  console.log(`\nWire, frontend ${values.frontend}, ${values.minutes} min\n`);
  for (const [kind, count] of Object.entries(account.exchanges)) console.log(`  ${String(count).padStart(6)}  ${kind}`);
  const complaints = [...account.wrong.slice(0, 50), ...growing(account)];
  for (const line of complaints) console.log(line);
  console.log(complaints.length === 0 ? 'every answer belonged to its request, nothing was lost, memory and descriptors stayed flat' : `${String(complaints.length)} complaints`);
  if (complaints.length > 0) process.exitCode = 1;
}
