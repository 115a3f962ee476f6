/** Fuzzes formats one after the other and says what it saw, a line of JSON each: before a seed is tried its number goes out, so that whoever started this knows where it hangs. */
import { everyFormat } from '../kit/every-format.js';
import { numberSource } from '../kit/numbers.js';
import { examine } from './examine.js';
import { damagedInside } from './inner.js';
import { mutated } from './mutate.js';

const [names = 'all', seconds = '2', from = '1', count = '0'] = process.argv.slice(2);
/** Of processor time, more than any of these small files may take. */
const SLOW_MS = 5000;

const files = await everyFormat(numberSource(1).phone());
const wanted = names === 'all' ? files : files.filter(({ name }) => names.split(',').includes(name));
if (wanted.length === 0) throw new Error(`no such format; there are ${files.map(({ name }) => name).join(' ')}`);
const others = files.map(({ bytes }) => bytes).filter(({ length }) => length < 20_000);
const say = (line: object): void => void process.send?.(line);

for (const file of wanted) {
  const sound = await examine(file);
  say({ format: file.name, sound });
  const until = performance.now() + Number(seconds) * 1000;
  const totals = { format: file.name, runs: 0, clean: 0, found: 0, masked: 0, slowest: 0, reasons: {} as Record<string, number>, untidy: {} as Record<string, number> };
  for (let seed = Number(from); performance.now() < until || seed - Number(from) < Number(count); seed++) {
    say({ format: file.name, trying: seed });
    // Every other one behind checksums and compression, where there are some.
    const inside = seed % 2 === 0 ? undefined : damagedInside(file.name, file.bytes, (bytes) => mutated(bytes, seed, others), seed >> 1);
    const bytes = inside ?? mutated(file.bytes, seed, others);
    const before = process.cpuUsage();
    const { faults, untidy, findings, reasons, masked } = await examine({ ...file, bytes, pieces: seed % 4 });
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1_000;
    totals.runs++;
    if (findings > 0) totals.found++;
    if (masked) totals.masked++;
    if (reasons.length === 0) totals.clean++;
    totals.slowest = Math.max(totals.slowest, took);
    for (const reason of new Set(reasons)) totals.reasons[reason] = (totals.reasons[reason] ?? 0) + 1;
    for (const place of new Set(untidy)) totals.untidy[place] = (totals.untidy[place] ?? 0) + 1;
    for (const fault of faults) say({ format: file.name, seed, fault });
    if (took > SLOW_MS) say({ format: file.name, seed, fault: `took ${took.toFixed(0)} ms` });
  }
  say({ totals });
}
process.disconnect();
