/** Text drawn out of bytes that are no text: every run of characters, written with one byte or two to each. */
import type { PartContext } from '../../part-readers.js';
import { VIEWS } from '../../views.js';
import { Channel } from './channel.js';
import { FIXED } from './segments.js';

/** No number is shorter, and shorter runs are everywhere in packed data. */
const SHORTEST = 6;

const isShown = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x20 && byte < 0x7f;

/** Scans what `bytes` show; nothing in them can be changed. False: not all of it could be followed. `at` is their place in the part. */
export function scanDrawn(context: PartContext, bytes: Buffer, at: number): boolean {
  const narrow = new Channel(context, { views: VIEWS.line, fill: '*' });
  draw(bytes, (from, to) => {
    narrow.add(bytes, from, to, at + from, FIXED);
    narrow.addSynthetic('\n');
  });
  const wide = new Channel(context, { views: VIEWS.line, fill: '*' });
  for (const offset of [0, 1]) drawWide(bytes, offset, wide, at);
  for (const channel of [narrow, wide]) channel.settle(at + bytes.length, true);
  return narrow.problem === undefined && wide.problem === undefined;
}

function draw(bytes: Buffer, take: (from: number, to: number) => void): void {
  let from = -1;
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && isShown(bytes[i])) {
      if (from < 0) from = i;
      continue;
    }
    if (from >= 0 && i - from >= SHORTEST) take(from, i);
    from = -1;
  }
}

/** Two bytes to a character, either of them first: a zero stands before or behind each. */
function drawWide(bytes: Buffer, offset: number, channel: Channel, at: number): void {
  let from = -1;
  for (let i = offset; ; i += 2) {
    if (i < bytes.length && isShown(bytes[i]) && (bytes[i + 1] === 0 || bytes[i - 1] === 0)) {
      if (from < 0) from = i;
      continue;
    }
    if (from >= 0 && i - from >= 2 * SHORTEST) {
      for (let place = from; place < i; place += 2) channel.add(bytes, place, place + 1, at + place, FIXED);
      channel.addSynthetic('\n');
    }
    from = -1;
    if (i >= bytes.length) return;
  }
}
