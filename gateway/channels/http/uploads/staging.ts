/** The upstream's folder of chunks, asked for and removed in the sender's name. */
import { WeirError } from '../../../errors.js';
import type { Field, Outbound, Upstream, UpstreamReply, UpstreamRequest } from '../../../ports.js';

/** 10,000 entries with what else a server tells of each. */
const LISTING_MOST = 8 * 2 ** 20;
/** As many as a store of objects would take. */
const CHUNKS_MOST = 10_000;
const WANTED = Buffer.from('<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontentlength/></d:prop></d:propfind>');
/** Fields that say who asks; everything else was about the other request. */
const OF_THE_SENDER = /^(host|authorization|cookie|user-agent|requesttoken|ocs-apirequest|x-requested-with|accept-language|forwarded|x-forwarded-.*)$/i;

export type Asking = Omit<UpstreamRequest, 'outbound' | 'method'>;

export interface Chunk {
  readonly name: string;
  /** Undefined: the server does not say. */
  readonly size: number | undefined;
}

function outbound(target: string, bytes: Uint8Array): Outbound {
  return { target, change: 'none', length: bytes.length, body: inOne(bytes), trailers: () => [] };
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(bytes.length > 0 ? [bytes] : []);
}

function fieldsOf(asking: Asking, more: readonly Field[]): readonly Field[] {
  return [...asking.fields.filter(([name]) => OF_THE_SENDER.test(name)), ...more];
}

/** What lies in the folder, in no order; undefined where the server does not plainly say. Throws WeirError where it does not answer. */
export async function listed(upstream: Upstream, asking: Asking, folder: string): Promise<readonly Chunk[] | undefined> {
  const fields = fieldsOf(asking, [['Depth', '1'], ['Content-Type', 'application/xml; charset=utf-8'], ['Content-Length', String(WANTED.length)], ['Accept-Encoding', 'identity']]);
  const reply = await upstream.request({ ...asking, method: 'PROPFIND', fields, outbound: outbound(folder, WANTED) });
  const xml = await textOf(reply);
  if (reply.status >= 500) throw new WeirError('upstream-invalid');
  return reply.status === 207 && xml !== undefined ? chunksOf(xml, folder) : undefined;
}

async function textOf(reply: UpstreamReply): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body) {
    size += part.length;
    if (size > LISTING_MOST) return undefined;
    parts.push(part);
  }
  const coded = reply.fields.some(([name, value]) => name.toLowerCase() === 'content-encoding' && !/^\s*(identity)?\s*$/i.test(value));
  return coded ? undefined : Buffer.concat(parts).toString('utf8');
}

/** A server that answers in another way than all known ones do is not understood. */
export function chunksOf(xml: string, folder: string): readonly Chunk[] | undefined {
  const [, ...entries] = xml.split(/<(?:[\w-]+:)?response[\s/>]/i, CHUNKS_MOST + 3);
  if (entries.length === 0 || entries.length > CHUNKS_MOST + 2 || /<!(?:\[CDATA|DOCTYPE|ENTITY)/i.test(xml)) return undefined;
  const own = lastName(folder);
  const chunks: Chunk[] = [];
  let itself = 0;
  for (const entry of entries) {
    const [, href] = /<(?:[\w-]+:)?href\s*>\s*([^<]*?)\s*</i.exec(entry) ?? [];
    const segments = href === undefined ? undefined : decoded(href.replace(/^https?:\/\/[^/]*/i, '').replace(/\/$/, '')).split('/');
    const name = segments?.at(-1);
    if (segments === undefined || name === undefined) return undefined;
    if (name === own && segments.at(-2) !== own) itself += 1;
    // Where the whole is made, in some versions listed beside its parts.
    else if (segments.at(-2) !== own) return undefined;
    else if (name !== '.file') {
      const [, length] = /<(?:[\w-]+:)?getcontentlength\s*>\s*(\d{1,15})\s*</i.exec(entry) ?? [];
      chunks.push({ name, size: length === undefined ? undefined : Number(length) });
    }
  }
  return itself === 1 ? chunks : undefined;
}

export const lastName = (path: string): string => decoded(path.replace(/\/$/, '')).split('/').at(-1) ?? '';

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Then it is no name of ours.
    return path;
  }
}

/** Takes the parts away, so that nobody puts them together after all. */
export async function removed(upstream: Upstream, { fields, via }: Asking, folder: string): Promise<boolean> {
  // Also for a client that has left.
  const asking: Asking = { fields, via };
  const reply = await upstream.request({ ...asking, method: 'DELETE', fields: fieldsOf(asking, []), outbound: outbound(folder, Buffer.alloc(0)) });
  for await (const _ of reply.body);
  return (reply.status >= 200 && reply.status < 300) || reply.status === 404;
}
