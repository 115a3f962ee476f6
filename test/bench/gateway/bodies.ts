/** The bodies that are sent, made by seed and written to files: text as offices write it, without a number to find. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chinese } from '../scan/chinese.js';
import { english } from '../scan/english.js';
import { repeated } from '../scan/seeded.js';

export interface Body {
  readonly bytes: Buffer;
  readonly type: string;
  readonly coding?: string;
}
export type BodyId = 'json1k' | 'form64k' | 'text1m' | 'file16m' | 'plain256k' | 'near256k' | 'json1m' | 'gzip1m' | 'parts1m';
export interface BodyFile {
  readonly id: BodyId;
  readonly file: string;
  readonly bytes: number;
  readonly type: string;
  readonly coding: string | undefined;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const BOUNDARY = '----weirBench7f3a';
/** Sixteen digits that begin like a card and fail its checksum: a card check that tries every start again turns quadratic on them. */
const NEAR_MISS = ' 4111111111111112 ';

/** Half English, half Chinese, exactly `bytes` long; dots fill what the last line leaves. */
function text(bytes: number, seed: number): Buffer {
  const half = Math.floor(bytes / 2);
  const all = Buffer.concat([repeated(english(Math.min(half, 4 * MIB), seed), half), repeated(chinese(Math.min(half, 4 * MIB), seed + 1), half)]);
  return Buffer.concat([all, Buffer.alloc(bytes - all.length, '.')]);
}

function json(bytes: number, seed: number): Buffer {
  const value = { user: 'u-1029', action: 'comment', lang: 'zh-CN', text: '' };
  const lines = [...chinese(bytes, seed).toString().split('\n').slice(0, 2 + bytes / 400), ...english(bytes, seed + 1).toString().split('\n')];
  let size = Buffer.byteLength(JSON.stringify(value));
  const taken: string[] = [];
  for (const line of lines) {
    const more = Buffer.byteLength(JSON.stringify(line)) - 1;
    if (size + more > bytes) break;
    size += more;
    taken.push(line);
  }
  return Buffer.from(JSON.stringify({ ...value, text: `${taken.join(' ')}${'.'.repeat(bytes - size + (taken.length > 0 ? 1 : 0))}` }));
}

interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly type?: string;
  readonly bytes: Buffer;
}
function multipart(parts: readonly Part[]): Buffer {
  const heads = parts.map(({ name, fileName, type }) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`);
  return Buffer.concat([...parts.flatMap((part, index) => [Buffer.from(heads[index] ?? ''), part.bytes, Buffer.from('\r\n')]), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
const fields: readonly Part[] = [{ name: 'title', bytes: Buffer.from('meeting notes') }, { name: 'dept', bytes: Buffer.from('财务部') }];
/** A form with one file, `bytes` long in all. */
function upload(bytes: number, fileName: string, type: string, seed: number): Buffer {
  const around = multipart([...fields, { name: 'file', fileName, type, bytes: Buffer.alloc(0) }]).length;
  return multipart([...fields, { name: 'file', fileName, type, bytes: text(bytes - around, seed) }]);
}
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;
const TEXT = 'text/plain; charset=utf-8';

const MAKE: Readonly<Record<BodyId, () => Body>> = {
  json1k: () => ({ bytes: json(KIB, 11), type: 'application/json' }),
  form64k: () => ({ bytes: upload(64 * KIB, 'notes.txt', TEXT, 12), type: FORM }),
  text1m: () => ({ bytes: text(MIB, 13), type: TEXT }),
  file16m: () => ({ bytes: upload(16 * MIB, 'export.csv', 'text/csv; charset=utf-8', 14), type: FORM }),
  plain256k: () => ({ bytes: text(256 * KIB, 15), type: TEXT }),
  near256k: () => {
    const bytes = text(256 * KIB, 15);
    bytes.write(NEAR_MISS, bytes.length - NEAR_MISS.length);
    return { bytes, type: TEXT };
  },
  json1m: () => ({ bytes: json(MIB, 16), type: 'application/json' }),
  gzip1m: () => ({ bytes: gzipSync(json(MIB, 16)), type: 'application/json', coding: 'gzip' }),
  parts1m: () => ({
    bytes: multipart(Array.from({ length: 10 }, (_, index) => ({ name: `part${String(index)}`, fileName: `part${String(index)}.txt`, type: TEXT, bytes: text(MIB / 10 - 200, 20 + index) }))),
    type: FORM,
  }),
};

export const bodyOf = (id: BodyId): Body => MAKE[id]();

/** Writes it to `folder`. */
export function bodyFile(id: BodyId, folder: string): BodyFile {
  const { bytes, type, coding } = bodyOf(id);
  const file = join(folder, id);
  writeFileSync(file, bytes);
  return { id, file, bytes: bytes.length, type, coding };
}
