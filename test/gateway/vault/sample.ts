/** Messages to seal in vault tests: made up, with bytes that differ everywhere. */
import type { ExchangeId, SealedHead } from '../../../gateway/ports.js';

export function messageId(n: number): ExchangeId {
  return `w${n.toString(32).padStart(26, '0')}` as ExchangeId;
}

export function pattern(length: number, salt = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16) * 7 + salt) & 0xff;
  return bytes;
}

export function sealedHead(id: string, bodyLength: number, editsLength: number, note = ''): SealedHead {
  return {
    version: 1,
    id,
    channel: 'http',
    route: 'share',
    direction: 'request',
    http: {
      method: 'POST',
      target: `/share?note=${note}`,
      fields: [
        ['Content-Type', 'text/plain; charset="utf-8"'],
        ['X-Name', '张三\n'],
      ],
    },
    facts: {
      channel: 'http',
      route: 'share',
      direction: 'request',
      clientAddress: '192.0.2.1',
      user: undefined,
      department: undefined,
      sender: undefined,
      recipients: [],
      subject: undefined,
      destination: 'files.example',
      method: 'POST',
      mediaType: 'text/plain',
      fileNames: [],
    },
    bodyLength,
    editsLength,
    maskedTarget: '/share',
    maskedFields: [],
    trailers: [],
  };
}

/** The bytes in pieces of the given size. */
export async function* pieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
