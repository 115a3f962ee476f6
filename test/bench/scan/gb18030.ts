/** Writes GB18030, which Node only reads: its two-byte part, turned around. */

/** Characters with their two bytes; the part that GBK has too, which is all that ordinary text needs. */
function twoBytes(): Map<string, number> {
  const decoder = new TextDecoder('gb18030');
  const map = new Map<string, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\ufffd') map.set(character, lead * 256 + trail);
    }
  }
  return map;
}

/** Throws RangeError for a character that has no two bytes. */
export function toGb18030(text: string): Buffer {
  const map = twoBytes();
  const out = Buffer.alloc(text.length * 2);
  let size = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) {
      out[size++] = code;
      continue;
    }
    const pair = map.get(character);
    if (pair === undefined) throw new RangeError(`no two bytes for U+${code.toString(16)}`);
    size = out.writeUInt16BE(pair, size);
  }
  return out.subarray(0, size);
}
