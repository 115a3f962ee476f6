/** Uploads a text of any size that is made while it is sent and stored nowhere. */
import { once } from 'node:events';
import { request } from 'node:http';

const BLOCK = 1024 * 1024;

/** Mixed Chinese and English lines with amounts and references as logs have them, and one published sample phone number in each MiB. */
function block(): Buffer {
  // Room for the mark, in characters that it may overwrite without splitting one.
  const lines = [Buffer.from(`${'-'.repeat(63)}\n`)];
  let size = 64;
  for (let i = 0; ; i += 1) {
    const line = Buffer.from(i === 20 ? '联系电话 13800138000，请查收。\n' : `第${i % 97}行 部门周报：本周完成 ${i % 13} 项，金额 ${(i * 37) % 9000}.50 元。 The quick brown fox jumps over the lazy dog, ref A-${i % 800}.\n`);
    if (size + line.length >= BLOCK) break;
    lines.push(line);
    size += line.length;
  }
  return Buffer.concat([...lines, Buffer.from(`${'.'.repeat(BLOCK - size - 1)}\n`)]);
}
const TEXT = block();

export interface Uploaded {
  readonly status: number;
  readonly action: string | undefined;
  /** What the sink says it received; undefined when the answer is not the sink's. */
  readonly received: number | undefined;
  readonly seconds: number;
}

/** `mark` makes this upload differ from the last, so that nothing is answered from memory. */
export async function upload(url: string, bytes: number, mark: string): Promise<Uploaded> {
  const began = performance.now();
  const out = request(url, { method: 'PUT', headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': bytes } });
  const answered = once(out, 'response') as Promise<[import('node:http').IncomingMessage]>;
  answered.catch(() => undefined);
  const first = Buffer.from(TEXT);
  first.write(mark.slice(0, 60));
  for (let sent = 0; sent < bytes && !out.destroyed; sent += BLOCK) {
    const piece = (sent === 0 ? first : TEXT).subarray(0, Math.min(BLOCK, bytes - sent));
    if (!out.write(piece)) await Promise.race([once(out, 'drain'), answered]);
  }
  out.end();
  const [response] = await answered;
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const seconds = (performance.now() - began) / 1000;
  const received = /"received":(\d+)/.exec(text)?.[1];
  const action = response.headers['weir-action'];
  return { status: response.statusCode ?? 0, action: [action].flat()[0], received: received === undefined ? undefined : Number(received), seconds };
}
