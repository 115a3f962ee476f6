/** Records of a pax extended header: `length key=value\n`, read strictly and written back. */
import { ExtractError } from '../contract.js';

export interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const LF = 0x0a;
/** Digits of a record's length: a record is never longer than the header, which is bounded. */
const LENGTH_DIGITS = 8;

export function readPax(bytes: Uint8Array): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    // Some writers fill the block with zeros and count them.
    if (bytes[at] === 0 && bytes.subarray(at).every((byte) => byte === 0)) break;
    const space = bytes.indexOf(SPACE, at);
    const said = space < 0 || space - at > LENGTH_DIGITS ? '' : Buffer.from(bytes.subarray(at, space)).toString('latin1');
    const end = /^[1-9]\d*$/.test(said) ? at + Number(said) : 0;
    const equals = bytes.indexOf(EQUALS, space);
    if (end <= space + 1 || end > bytes.length || bytes[end - 1] !== LF || equals < 0 || equals >= end) throw new ExtractError('malformed', 'pax record');
    records.push({ key: Buffer.from(bytes.subarray(space + 1, equals)).toString('utf8'), value: bytes.slice(equals + 1, end - 1) });
    at = end;
  }
  return records;
}

export function writePax(records: readonly PaxRecord[]): Uint8Array {
  return Buffer.concat(
    records.map(({ key, value }) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
      // The length counts its own digits.
      let length = rest.length + 1;
      while (String(length).length + rest.length > length) length++;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}
