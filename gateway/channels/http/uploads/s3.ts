/** S3 multipart: parts go on as they were judged, signed and unchanged; completing them is judged by what lies across their ends. */
import type { Exchange, PartBook, PartEnds } from '../../../ports.js';
import { peekBody } from '../body-facts.js';
import { valueOf } from '../fields.js';
import type { SplitHead } from './split-upload.js';
import { acrossTexts, partTurn, refusedPiece, whyUnknown, withTexts, type UploadTurn } from './upload-turn.js';

/** 10,000 parts, the most there can be, with their tags and checksums. */
const COMPLETE_MOST = 4 * 2 ** 20;
const PARTS_MOST = 10_000;
const TAG_MOST = 256;

export async function s3Turn(exchange: Exchange, { method, target, fields }: SplitHead, book: PartBook): Promise<UploadTurn> {
  const query = new URLSearchParams(target.query ?? '');
  const ids = query.getAll('uploadId');
  const numbers = query.getAll('partNumber');
  const [number] = numbers;
  if (ids.length !== 1 || ids[0] === undefined) return refusedPiece(exchange);
  const upload = JSON.stringify(['s3', exchange.route.id, target.path, ids[0]]);
  if (method === 'PUT' && numbers.length === 1 && number !== undefined && /^\d{1,5}$/.test(number)) {
    // Copied from elsewhere in the store: its bytes never pass here.
    if (valueOf(fields, 'x-amz-copy-source') !== undefined) return refusedPiece(exchange);
    return partTurn(exchange, { book, upload, part: String(Number(number)), tag: (reply) => tagOf(valueOf(reply.fields, 'etag')) });
  }
  if (method !== 'POST' || numbers.length > 0) return refusedPiece(exchange);
  const peeked = await peekBody(exchange.chunks, COMPLETE_MOST);
  const again: Exchange = { ...exchange, chunks: peeked.chunks };
  const listed = peeked.whole && again.body.contentEncoding === undefined ? listedParts(Buffer.from(peeked.prefix).toString('utf8')) : undefined;
  if (listed === undefined) return refusedPiece(again);
  try {
    const known = await book.parts(upload);
    const ends: PartEnds[] = [];
    for (const { part, tag } of listed) {
      // The store compares the tags: what else was sent under this number does not count.
      const [mine, other] = known.part(String(part)).ends.filter((one) => one.tag === tag);
      if (mine === undefined || other !== undefined) return refusedPiece(again);
      ends.push(mine);
    }
    const texts = acrossTexts(ends);
    // Kept until it expires: a store may answer 200 and tell of a failure in the body, and the client asks again.
    return texts === undefined ? refusedPiece(again) : { exchange: withTexts(again, texts) };
  } catch (thrown) {
    return refusedPiece(again, whyUnknown(thrown));
  }
}

interface Listed {
  readonly part: number;
  readonly tag: string;
}

/** In the order in which the store puts them together; undefined where the list is not plain. */
function listedParts(xml: string): readonly Listed[] | undefined {
  const [, ...begun] = xml.split(/<(?:[\w-]+:)?Part[\s/>]/, PARTS_MOST + 2);
  const parts = begun.map(listedPart);
  const rising = parts.every((one, at) => one !== undefined && (at === 0 || one.part > (parts[at - 1]?.part ?? 0)));
  const plain = parts.length > 0 && parts.length <= PARTS_MOST && rising && !xml.includes('<!');
  return plain ? parts.flatMap((one) => (one === undefined ? [] : [one])) : undefined;
}

function listedPart(inside: string): Listed | undefined {
  const numbers = [...inside.matchAll(/<(?:[\w-]+:)?PartNumber>\s*(\d{1,5})\s*</g)];
  const tags = [...inside.matchAll(/<(?:[\w-]+:)?ETag>\s*([^<]*?)\s*</g)];
  const tag = tagOf(tags[0]?.[1]?.replaceAll(/&(?:quot|#34|#x22);/gi, '"'));
  return /<\/(?:[\w-]+:)?Part\s*>/.test(inside) && numbers.length === 1 && tags.length === 1 && tag !== undefined ? { part: Number(numbers[0]?.[1]), tag } : undefined;
}

/** Without the quotes, which some clients leave out. */
function tagOf(written: string | undefined): string | undefined {
  const tag = written?.trim().replace(/^"([^"]*)"$/, '$1').toLowerCase();
  return tag !== undefined && tag !== '' && tag.length <= TAG_MOST ? tag : undefined;
}
