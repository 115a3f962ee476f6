/** Unpacks the RTF body of Outlook's messages (MS-OXRTFCP). */
import { ExtractError } from '../contract.js';

const WINDOW = 4096;
const HEADER = 16;
const COMPRESSED = 0x75465a4c;
const PLAIN = 0x414c454d;
/** What the window holds before the first byte, as the format fixes it. */
const PRELOAD = Buffer.from(
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx',
  'latin1',
);

export function unpackRtf(bytes: Uint8Array, most: number): Uint8Array {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (data.length < HEADER) throw new ExtractError('malformed', 'compressed rtf');
  const size = data.readUInt32LE(4);
  const kind = data.readUInt32LE(8);
  if (kind === PLAIN) return data.subarray(HEADER);
  if (kind !== COMPRESSED) throw new ExtractError('malformed', 'compressed rtf');
  // Two bytes stand for seventeen at most.
  if (size > most || size > 9 * data.length + WINDOW) throw new ExtractError(size > most ? 'too-large' : 'malformed', 'compressed rtf');
  const window = new Uint8Array(WINDOW);
  window.set(PRELOAD);
  let to = PRELOAD.length;
  const out = new Uint8Array(size);
  let written = 0;
  const put = (byte: number): void => {
    if (written >= size) throw new ExtractError('malformed', 'compressed rtf');
    out[written++] = byte;
    window[to] = byte;
    to = (to + 1) % WINDOW;
  };
  for (let at = HEADER; at < data.length; ) {
    const flags = data[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < data.length; bit++) {
      if ((flags >> bit) % 2 === 0) {
        put(data[at++] ?? 0);
        continue;
      }
      if (at + 2 > data.length) throw new ExtractError('malformed', 'compressed rtf');
      const token = data.readUInt16BE(at);
      at += 2;
      const from = token >> 4;
      if (from === to) return written === size ? out : out.subarray(0, written);
      for (let i = 0; i < (token & 15) + 2; i++) put(window[(from + i) % WINDOW] ?? 0);
    }
  }
  return out.subarray(0, written);
}
