/** What a request is of an upload over several requests, by what its route is told to expect. */
import type { HttpRoute } from '../../../../config/schema.js';
import type { Exchange, Field, Log, PartBook, Upstream } from '../../../ports.js';
import { valueOf } from '../fields.js';
import { s3Turn } from './s3.js';
import { splitProtocol, type SplitHead } from './split-upload.js';
import type { Asking } from './staging.js';
import { askUpload, tusPiece } from './tus.js';
import { refusedPiece, type UploadTurn } from './upload-turn.js';
import { chunkTurn } from './webdav-chunks.js';

export interface UploadTools {
  /** Without it nobody can put parts together. */
  readonly book: PartBook | undefined;
  readonly upstream: Upstream;
  /** In the sender's name. */
  readonly asking: Asking;
  readonly log: Log;
}

export async function uploadTurn(route: Pick<HttpRoute, 'upload' | 'release' | 'upstream'>, exchange: Exchange, head: SplitHead, tools: UploadTools): Promise<UploadTurn> {
  const protocol = splitProtocol(head);
  if (protocol === undefined) return { exchange };
  // Announces an upload and carries nothing of it.
  if (protocol === 'tus' && route.upload !== 'tus' && head.method === 'POST' && !carries(head.fields)) return { exchange };
  if (protocol !== route.upload) return refusedPiece(exchange);
  const { book, upstream, asking, log } = tools;
  if (protocol === 'tus') return { exchange: { ...exchange, piece: await tusPiece(head, () => askUpload(upstream, asking, exchange.http.target)) } };
  if (book === undefined) return refusedPiece(exchange);
  if (protocol === 's3') return s3Turn(exchange, head, book);
  const site = route.upstream !== 'demo' && route.upstream.preserveHost ? valueOf(head.fields, 'host')?.toLowerCase() : undefined;
  return chunkTurn(exchange, head, { book, upstream, asking, log, site, replays: route.release === 'replay' });
}

function carries(fields: readonly Field[]): boolean {
  return fields.some(([name, value]) => (/^content-length$/i.test(name) ? value.trim() !== '0' : /^transfer-encoding$/i.test(name)));
}
