/** Writes GB18030, which Node only reads: what its decoder says, turned around. */

let codes: Map<string, readonly number[]> | undefined;

function table(): Map<string, readonly number[]> {
  if (codes) return codes;
  codes = new Map();
  const decoder = new TextDecoder('gb18030');
  const add = (groups: readonly (readonly number[])[]): void => {
    const text = decoder.decode(Uint8Array.from(groups.flat()));
    groups.forEach((bytes, i) => codes?.set(text.charAt(i), bytes));
  };
  add(Array.from({ length: 39_420 }, (_, i) => [0x81 + Math.floor(i / 12_600), 0x30 + (Math.floor(i / 1260) % 10), 0x81 + (Math.floor(i / 10) % 126), 0x30 + (i % 10)]));
  const pairs: number[][] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) pairs.push([lead, trail]);
  add(pairs);
  return codes;
}

function bytesOf(character: string): readonly number[] {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return [point];
  if (point > 0xffff) {
    const i = point - 0x10000 + 189_000;
    return [0x81 + Math.floor(i / 12_600), 0x30 + (Math.floor(i / 1260) % 10), 0x81 + (Math.floor(i / 10) % 126), 0x30 + (i % 10)];
  }
  const bytes = table().get(character);
  if (bytes === undefined) throw new RangeError(`no GB18030 for U+${point.toString(16)}`);
  return bytes;
}

export function encodeGb18030(text: string): Buffer {
  return Buffer.from(Array.from(text, bytesOf).flat());
}
