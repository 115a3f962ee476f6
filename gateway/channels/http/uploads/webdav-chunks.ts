/** Chunks of Nextcloud and ownCloud: each goes to the upstream's staging as it was judged; putting them together is judged by what lies across their ends. */
import { causeCode, WeirError } from '../../../errors.js';
import type { Exchange, Log, PartBook, PartEnds, Upstream } from '../../../ports.js';
import { valueOf, valuesOf } from '../fields.js';
import { decodeSafely } from '../target.js';
import type { SplitHead } from './split-upload.js';
import { listed, removed, type Asking, type Chunk } from './staging.js';
import { acrossTexts, partTurn, refusedPiece, succeeded, whyUnknown, withTexts, type UploadTurn } from './upload-turn.js';

/** `…/dav/uploads/USER/ID/NAME`. */
const PLACE = /^(.*\/dav\/uploads\/[^/]+\/[^/]+)\/([^/]+)$/;
/** Numbers, or places in the file as rclone writes them; in this order they are put together. */
const CHUNK = /^(\d{1,16})(?:-\d{1,16})?$/;
const WHOLE = '.file';

export interface ChunkTools {
  readonly book: PartBook;
  readonly upstream: Upstream;
  readonly asking: Asking;
  /** Another host may be another server with a folder of the same name. */
  readonly site: string | undefined;
  /** A held request is sent again as it is: what it puts together has to stay. */
  readonly replays: boolean;
  readonly log: Log;
}

export async function chunkTurn(exchange: Exchange, head: SplitHead, tools: ChunkTools): Promise<UploadTurn> {
  const { method, target, fields } = head;
  const [, folder, name] = PLACE.exec(target.path) ?? [];
  const strange = target.query !== undefined || ['x-http-method-override', 'oc-chunked', 'content-range', 'x-update-range'].some((one) => valueOf(fields, one) !== undefined);
  if (folder === undefined || name === undefined || strange) return refusedPiece(exchange);
  const upload = JSON.stringify(['webdav', exchange.route.id, tools.site, folder]);
  if (method === 'PUT' && CHUNK.test(name)) return partTurn(exchange, { book: tools.book, upload, part: name, tag: () => '' });
  return method === 'MOVE' && name === WHOLE ? wholeTurn(exchange, head, { ...tools, folder, upload }) : refusedPiece(exchange);
}

interface Whole extends ChunkTools {
  readonly folder: string;
  readonly upload: string;
}

async function wholeTurn(exchange: Exchange, { fields }: SplitHead, tools: Whole): Promise<UploadTurn> {
  const { book, upload } = tools;
  const named = namedPlace(exchange, fields);
  const turn = await judged(named, tools);
  return {
    ...turn,
    async forward(outbound, send) {
      const reply = await send(outbound);
      try {
        if (succeeded(reply)) await book.forget(upload);
        else if (reply.status >= 400) await book.reopen(upload);
      } catch (thrown) {
        // It is done, or can be begun anew under another name; what is left goes by itself.
        tools.log.warn('http.upload-forget', { cause: causeCode(thrown) });
      }
      return reply;
    },
    async stopped(how) {
      if (how === 'held' && tools.replays) return;
      try {
        if (!(await removed(tools.upstream, tools.asking, tools.folder))) throw new WeirError('upstream-invalid');
        await book.forget(upload);
      } catch (thrown) {
        // Still refused, and closed: it takes no further part, and its ends are judged the same way again.
        tools.log.warn('http.upload-staging', { cause: causeCode(thrown) });
      }
    },
  };
}

async function judged(exchange: Exchange, { book, upstream, asking, folder, upload }: Whole): Promise<UploadTurn> {
  if (exchange.body.length !== 0) return refusedPiece(exchange);
  try {
    const known = await book.close(upload);
    const chunks = inOrder((await listed(upstream, asking, folder)) ?? []);
    if (chunks === undefined) return refusedPiece(exchange);
    const ends: PartEnds[] = [];
    for (const { name, size } of chunks) {
      const { ends: of, open } = known.part(name);
      const [mine, other] = of;
      if (mine === undefined || other !== undefined || open > 0 || (size !== undefined && size !== mine.size)) return refusedPiece(exchange);
      ends.push(mine);
    }
    const total = valueOf(exchange.http.fields, 'oc-total-length');
    if (total !== undefined && Number(total) !== ends.reduce((sum, { size }) => sum + size, 0)) return refusedPiece(exchange);
    const texts = acrossTexts(ends);
    return texts === undefined ? refusedPiece(exchange) : { exchange: withTexts(exchange, texts) };
  } catch (thrown) {
    return refusedPiece(exchange, whyUnknown(thrown));
  }
}

/** As servers sort them; undefined where two could change places. */
function inOrder(chunks: readonly Chunk[]): readonly Chunk[] | undefined {
  const placed = chunks.map((chunk) => ({ chunk, at: Number(CHUNK.exec(chunk.name)?.[1] ?? Number.NaN) })).sort((a, b) => a.at - b.at);
  const clear = placed.length > 0 && placed.every(({ at }, index) => Number.isSafeInteger(at) && at !== placed[index - 1]?.at);
  return clear ? placed.map(({ chunk }) => chunk) : undefined;
}

/** What it will be called stands in a field: it is scanned as the path of an upload in one piece is. */
function namedPlace(exchange: Exchange, fields: SplitHead['fields']): Exchange {
  const texts = valuesOf(fields, 'destination').map((value, at) => ({ name: at === 0 ? 'destination' : `destination:${at + 1}`, kind: 'path' as const, text: decodeSafely(value.replace(/^https?:\/\/[^/]*/i, '')) }));
  const names = texts.map(({ text }) => text.slice(text.lastIndexOf('/') + 1)).filter((name) => /\.[^.\s]{1,16}$/.test(name));
  return { ...withTexts(exchange, texts), facts: { ...exchange.facts, fileNames: names } };
}
