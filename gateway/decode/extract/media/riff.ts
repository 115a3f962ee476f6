/** RIFF: WebP, WAV and AVI, chunk by chunk to the length that the first eight bytes say. */
import { latin1, view, type Walk } from './layout.js';

/** Chunks of pixels and samples, and of what only programs read; every other chunk may hold words. */
const DATA = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'fmt ', 'data', 'fact', 'smpl', 'idx1']);
/** What must be there. */
const NEEDED: ReadonlyMap<string, RegExp> = new Map([['WEBP', /VP8[ LX]/], ['WAVE', /fmt .*data/], ['AVI ', /LIST/]]);

export const riff: Walk = async (source, layout) => {
  const head = await view(source, 0, 12, layout);
  const form = latin1(head, 8, 4);
  const needed = NEEDED.get(form) ?? layout.wrong();
  const end = 8 + head.getUint32(4, true);
  layout.must(latin1(head, 0, 4) === 'RIFF' && end <= source.size);
  let seen = '';
  let at = 12;
  while (at < end) {
    const chunk = await view(source, at, 8, layout);
    const id = latin1(chunk, 0, 4);
    const from = at + 8;
    const to = from + chunk.getUint32(4, true);
    layout.must(/^[ -~]{4}$/.test(id) && to <= end);
    if (seen.length < 1024) seen += id;
    const isFilm = id === 'LIST' && latin1(await view(source, from, 4, layout), 0, 4) === 'movi';
    if (!DATA.has(id) && !isFilm) layout.say(from, to);
    at = to + ((to - from) % 2);
  }
  layout.must(needed.test(seen) && at <= source.size && at - end <= 1);
  return at;
};
