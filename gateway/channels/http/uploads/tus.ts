/** tus 1.0: what a PATCH is of its upload, and the texts that stand in its metadata. Nothing is remembered here: the upstream is asked. */
import type { Field, HeadText, Piece, Upstream, UpstreamRequest } from '../../../ports.js';
import { valueOf, valuesOf } from '../fields.js';
import { OVERRIDES, type SplitHead } from './split-upload.js';

const REFUSED: Piece = { as: 'refused' };
/** Values of Upload-Metadata that are read: a name and a type, and what an application adds. */
const METADATA_MOST = 64;

function count(fields: readonly Field[], name: string): number | undefined {
  const values = valuesOf(fields, name);
  const value = values[0]?.trim() ?? '';
  return values.length === 1 && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** `ask` sends a HEAD for the same upload. */
export async function tusPiece({ method, fields }: SplitHead, ask: () => Promise<readonly Field[] | undefined>): Promise<Piece | undefined> {
  // Uploads that are put together from others never pass here as a whole; a method behind another one is nobody's need.
  if (valueOf(fields, 'tus-resumable') === undefined || OVERRIDES.some((name) => valueOf(fields, name) !== undefined) || valueOf(fields, 'upload-concat') !== undefined) return REFUSED;
  const length = count(fields, 'content-length');
  if (method === 'POST') {
    if (length === 0 || (length === undefined && valueOf(fields, 'transfer-encoding') === undefined)) return undefined;
    return placed(0, length, count(fields, 'upload-length'));
  }
  const offset = count(fields, 'upload-offset');
  if (method !== 'PATCH' || offset === undefined) return REFUSED;
  const declared = count(fields, 'upload-length');
  const known = (await ask()) ?? [];
  if (valueOf(known, 'upload-concat') !== undefined) return REFUSED;
  const told = count(known, 'upload-length');
  // Only the upstream knows whether a length can still be said: one it does not heed would make any part the last.
  if (declared !== undefined && told !== undefined && declared !== told) return REFUSED;
  return placed(offset, length, told ?? (valueOf(known, 'upload-defer-length') === undefined ? undefined : declared));
}

function placed(offset: number, length: number | undefined, total: number | undefined): Piece {
  // Of a body without a length nobody knows whether it is the last one.
  if (length === undefined) return REFUSED;
  if (total === undefined || offset + length < total) return { as: 'cut', begins: offset === 0 };
  return { as: offset === 0 ? 'fixed' : 'last' };
}

const NO_TEXTS: readonly HeadText[] = [];

/** Names and whatever else was put into Upload-Metadata: keys in clear, values in base64. */
export function tusTexts(fields: readonly Field[]): readonly HeadText[] {
  const values = valuesOf(fields, 'upload-metadata');
  if (values.length === 0) return NO_TEXTS;
  return values
    .flatMap((value) => value.split(','))
    .flatMap((pair) => pair.trim().split(/\s+/).slice(1, 2))
    .slice(0, METADATA_MOST)
    .map((value, at) => ({ name: `upload-metadata:${at + 1}`, kind: 'file-name', text: Buffer.from(value, 'base64').toString('utf8') }));
}

/** Fields that belong to the body of the request this one asks about. */
const OF_THE_BODY = /^(content-.*|transfer-encoding|expect|trailer|upload-.*|digest|repr-digest)$/i;

/** The upstream's fields for this upload; undefined where it does not tell. */
export async function askUpload(upstream: Upstream, request: Omit<UpstreamRequest, 'outbound' | 'method'>, target: string): Promise<readonly Field[] | undefined> {
  const reply = await upstream.request({
    ...request,
    method: 'HEAD',
    fields: request.fields.filter(([name]) => !OF_THE_BODY.test(name)),
    outbound: { target, change: 'none', length: 0, body: nothing(), trailers: () => [] },
  });
  for await (const _ of reply.body);
  return reply.status >= 200 && reply.status < 300 ? reply.fields : undefined;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}
