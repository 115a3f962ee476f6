/** `npm run fuzz -- [FORMAT …] [--seconds N] [--seed N]`: damages sound files of each format at random and says which law did not hold; a seed shows its fault again. */
import { readOptions } from '../kit/options.js';
import { fuzz } from './run.js';

const { values, positionals } = readOptions({ allowPositionals: true, options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } }, 'npm run fuzz -- [FORMAT …] [--seconds N] [--seed N]');
const { faults, totals } = await fuzz({ formats: positionals, seconds: Number(values.seconds), seed: Number(values.seed), least: 1, say: (line) => console.log(line) });
console.log(`${totals.reduce((sum, { runs }) => sum + runs, 0)} inputs, ${faults.length} faults`);
process.exitCode = faults.length === 0 && totals.length > 0 ? 0 : 1;
