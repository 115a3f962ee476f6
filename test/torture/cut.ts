/** Every file that is opened in a process, and every coding, cut at every sixteenth of its length, and with a length that lies at every sixteenth. */
import type { Input } from '../fuzz/examine.js';
import { MEDIA_FORMATS } from '../../gateway/decode/extract/media/names.js';
import { everyFormat } from '../kit/every-format.js';
import { numberSource } from '../kit/numbers.js';

const STEPS = 16;
const MEDIA: ReadonlySet<string> = new Set(MEDIA_FORMATS);
/** Written over four bytes, in turn: the largest there is, the largest with a sign, and nearly the whole file. */
const LIES = [0xffffffff, 0x7fffffff, 0];

export async function* cutAndLying(): AsyncGenerator<{ readonly name: string; readonly input: Input }> {
  for (const file of await everyFormat(numberSource(1).phone())) {
    // What is read while it streams has no header that could lie; pictures and sounds are damaged at random elsewhere.
    if ((file.container === undefined && file.contentEncoding === undefined) || MEDIA.has(file.name)) continue;
    for (let step = 0; step < STEPS; step++) {
      const at = Math.floor((file.bytes.length * step) / STEPS);
      yield { name: `${file.name} cut at ${step}/${STEPS}`, input: { ...file, bytes: file.bytes.subarray(0, at) } };
      const lying = Buffer.from(file.bytes);
      if (at + 4 <= lying.length) lying.writeUInt32LE(LIES[step % LIES.length] ?? 0, at);
      yield { name: `${file.name} lying at ${step}/${STEPS}`, input: { ...file, bytes: lying } };
    }
  }
}
