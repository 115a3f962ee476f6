/** What tells a kept body from others: keyed, and made only where somebody asks for it. */
import { createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Exchange, Spool } from '../ports.js';

export interface Fingerprints {
  /** Over its bytes as they came. */
  readonly content: string;
  /** The same bytes from or for somebody else are another message: joined to this one they would never arrive. */
  readonly body: string;
  readonly permit: string;
}

/** Fields that make another message of the same bytes: another site, place within a file, name, or way to read them. A retry sends them unchanged. */
const TELLS_APART: ReadonlySet<string> = new Set(['host', 'destination', 'content-type', 'content-encoding', 'content-range', 'content-disposition', 'upload-offset']);
/** Others go first after so many bytes: about 10 ms. */
const LONG = 4 * 2 ** 20;

/** To be given all bytes of a body. */
export const contentDigest = (key: Uint8Array): ReturnType<typeof createHmac> => createHmac('sha256', key).update('content\0');

export async function fingerprints(key: Uint8Array, exchange: Exchange, spool: Pick<Spool, 'stream' | 'kept'>): Promise<Fingerprints> {
  const { user, sender, recipients, clientAddress, destination } = exchange.facts;
  const about = exchange.http.fields.filter(([name]) => TELLS_APART.has(name.toLowerCase())).map(([name, value]) => [name.toLowerCase(), value]);
  // What is scanned beside the body was part of what a person decided on.
  const beside = exchange.body.texts.map(({ name, text }) => [name, text]);
  const whose = JSON.stringify([exchange.route.id, exchange.http.method, exchange.http.target, user ?? sender ?? clientAddress, recipients, about, beside]);
  const keyed = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const content = await digestOf(key, spool);
  const body = keyed(`${whose}\0${content}`);
  return { content, body, permit: keyed(JSON.stringify([body, user ?? sender ?? clientAddress, destination])) };
}

async function digestOf(key: Uint8Array, spool: Pick<Spool, 'stream' | 'kept'>): Promise<string> {
  const digest = contentDigest(key);
  let since = 0;
  for await (const chunk of spool.kept?.() ?? spool.stream()) {
    digest.update(chunk);
    since += chunk.length;
    if (since < LONG) continue;
    since = 0;
    await turn();
  }
  return digest.digest('hex');
}
