/** One block of a tar archive's headers: its fields, its checksum, and both written back. */
import { ExtractError } from '../contract.js';

export const BLOCK = 512;
/** Eleven octal digits: sizes from here on are written in base 256, or in a pax record. */
export const OCTAL_SIZES = 8 ** 11;

export interface TarHeader {
  /** Prefix and name, as readers put them together. */
  readonly name: Uint8Array;
  readonly type: string;
  readonly size: number;
  readonly link: Uint8Array;
  readonly user: Uint8Array;
  readonly group: Uint8Array;
  readonly posix: boolean;
}

const FIELD = { name: [0, 100], size: [124, 12], sum: [148, 8], type: [156, 1], link: [157, 100], magic: [257, 8], user: [265, 32], group: [297, 32], prefix: [345, 155] } as const;

function field(block: Uint8Array, name: keyof typeof FIELD): Uint8Array {
  const [at, length] = FIELD[name];
  return block.subarray(at, at + length);
}

/** Bytes up to the first zero. */
function text(block: Uint8Array, name: keyof typeof FIELD): Uint8Array {
  const bytes = field(block, name);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Octal digits, or base 256 where the first bit says so; anything that two readers could take for two numbers is malformed. */
function number(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0;
  if (first & 0x80) {
    if (first !== 0x80) throw new ExtractError('malformed', 'tar number');
    let value = 0;
    for (const byte of bytes.subarray(1)) {
      value = value * 256 + byte;
      if (value > Number.MAX_SAFE_INTEGER) throw new ExtractError('malformed', 'tar number');
    }
    return value;
  }
  const digits = /^ *([0-7]*)[ \0]*$/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
  if (digits === undefined) throw new ExtractError('malformed', 'tar number');
  return digits === '' ? 0 : parseInt(digits, 8);
}

/** Sums of a block's bytes, its own checksum read as blanks; some old writers add them up as signed. */
function sums(block: Uint8Array): readonly [unsigned: number, signed: number] {
  const [at, length] = FIELD.sum;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= at && i < at + length ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  return [unsigned, signed];
}

/** Whether a block's own checksum is true. */
export function checksumHolds(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const first = block[FIELD.sum[0]] ?? 0;
  // Nearly everything is told by where its sum would begin.
  if (first !== 0x20 && (first < 0x30 || first > 0x37)) return false;
  const said = /^ *([0-7]{1,7})[ \0]/.exec(Buffer.from(field(block, 'sum')).toString('latin1'))?.[1];
  return said !== undefined && sums(block).includes(parseInt(said, 8));
}

export function readHeader(block: Uint8Array): TarHeader {
  if (!checksumHolds(block)) throw new ExtractError('malformed', 'tar checksum');
  const magic = Buffer.from(field(block, 'magic')).toString('latin1');
  const posix = magic.startsWith('ustar\0');
  const known = posix || magic === 'ustar  \0';
  const prefix = posix ? text(block, 'prefix') : new Uint8Array(0);
  const name = text(block, 'name');
  return {
    name: prefix.length === 0 ? name.slice() : Buffer.concat([prefix, Buffer.from('/'), name]),
    type: String.fromCharCode(field(block, 'type')[0] ?? 0),
    size: number(field(block, 'size')),
    link: text(block, 'link').slice(),
    user: known ? text(block, 'user').slice() : new Uint8Array(0),
    group: known ? text(block, 'group').slice() : new Uint8Array(0),
    posix,
  };
}

/** A copy of `block` with another size or name; the name is as long as the one before. */
export function writtenHeader(block: Uint8Array, change: { readonly size?: number; readonly name?: Uint8Array }): Uint8Array {
  const out = block.slice();
  if (change.size !== undefined) {
    const to = field(out, 'size');
    if (change.size < OCTAL_SIZES) to.set(Buffer.from(`${change.size.toString(8).padStart(11, '0')}\0`, 'latin1'));
    else {
      to.fill(0);
      to[0] = 0x80;
      let rest = change.size;
      for (let i = 11; i > 0 && rest > 0; i--, rest = Math.floor(rest / 256)) to[i] = rest % 256;
    }
  }
  if (change.name !== undefined) {
    const { posix } = readHeader(block);
    const prefix = posix ? text(out, 'prefix').length : 0;
    const own = text(out, 'name').length;
    if (change.name.length !== (prefix === 0 ? own : prefix + 1 + own)) throw new RangeError('a name in a tar header keeps its length');
    if (prefix > 0) field(out, 'prefix').set(change.name.subarray(0, prefix));
    field(out, 'name').set(change.name.subarray(prefix === 0 ? 0 : prefix + 1));
  }
  field(out, 'sum').set(Buffer.from(`${sums(out)[0].toString(8).padStart(6, '0')}\0 `, 'latin1'));
  return out;
}
