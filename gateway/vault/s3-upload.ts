/** Puts one object into a bucket: whole or not at all, never over another, a large one in parts with one of them in memory. */
import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand, type CompletedPart,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.js';
import { isConflict, isUnknown, s3Failure, faultOf } from './s3-failure.js';
import { VaultError } from './vault-error.js';

/** Of a large body: 10,000 of them are more than any route accepts. */
const PART = 8 * 2 ** 20;
/** Parts in memory at once in this process: 64 MiB, however many hold at the same time. */
const UPLOADS_AT_ONCE = 8;
/** Behind parts that get no answer; a sender is waiting. */
const TURN_MS = 30_000;
/** Says in the object whose try wrote it, so that a try whose answer was lost knows its own. */
const MARK = 'weir-put';

export interface S3Uploads {
  put(name: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
}

export function s3Uploads(bucket: S3Bucket): S3Uploads {
  const newTurn = turns(UPLOADS_AT_ONCE);
  /** Until the server says that it does not know If-None-Match; the name is looked up before in any case. */
  let conditional = true;
  const unlessThere = (): { IfNoneMatch?: string } => (conditional ? { IfNoneMatch: '*' } : {});

  /** Sends what makes the object visible; answers false when another has the name. */
  async function settle(name: string, mark: string, send: () => Promise<{ readonly VersionId?: string | undefined }>): Promise<boolean> {
    try {
      const { VersionId } = await send();
      bucket.sawVersion(VersionId);
      return true;
    } catch (thrown) {
      if (conditional && isUnknown(thrown)) {
        conditional = false;
        return await settle(name, mark, send);
      }
      // The library tries again when an answer was lost; then the name is taken, or the upload gone, by our own first try.
      if (!isConflict(thrown) && faultOf(thrown).name !== 'NoSuchUpload') throw thrown;
      if ((await bucket.head(name))?.Metadata?.[MARK] === mark) return true;
      if (isConflict(thrown)) return false;
      throw thrown;
    }
  }

  async function inParts(name: string, mark: string, source: Source, turn: Turn): Promise<{ readonly placed: boolean; readonly total: number }> {
    const { client } = bucket;
    const at = (of: string): ReturnType<S3Bucket['at']> => bucket.at(of);
    const signal = (): ReturnType<S3Bucket['signal']> => bucket.signal();
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(name), Metadata: { [MARK]: mark } }), signal());
    if (UploadId === undefined) throw new VaultError('VAULT_UNREACHABLE');
    let done = false;
    try {
      const parts: CompletedPart[] = [];
      let total = 0;
      // Its first part is in the turn's memory already.
      for (let length = PART; length > 0; length = await source.fill(turn.memory())) {
        const PartNumber = parts.length + 1;
        const { ETag } = await client.send(new UploadPartCommand({ ...at(name), UploadId, PartNumber, Body: turn.memory().subarray(0, length), ContentLength: length }), signal());
        parts.push({ PartNumber, ETag });
        total += length;
        // Between two parts the others have their turn: a small message does not wait for a large one's end.
        turn.end();
        await turn.begin();
      }
      const placed = await settle(name, mark, () => client.send(new CompleteMultipartUploadCommand({ ...at(name), UploadId, MultipartUpload: { Parts: parts }, ...unlessThere() }), signal()));
      done = placed;
      return { placed, total };
    } finally {
      // What is not aborted, because the bucket is away, is found by tidy.
      if (!done) await client.send(new AbortMultipartUploadCommand({ ...at(name), UploadId }), signal()).catch(() => undefined);
    }
  }

  /** After a failure whose end is not known: takes what our own try may have placed after all. */
  async function takeBack(name: string, mark: string): Promise<void> {
    if ((await bucket.head(name))?.Metadata?.[MARK] === mark) await bucket.destroy(name);
  }

  return {
    async put(name, bytes) {
      const source = sourceOf(bytes);
      const mark = randomBytes(16).toString('hex');
      let begun = false;
      let placed = false;
      const turn = newTurn();
      try {
        await turn.begin();
        if ((await bucket.head(name)) !== undefined) throw new VaultError('VAULT_EXISTS');
        let total = await source.fill(turn.memory());
        begun = true;
        if (total < PART) {
          const body = turn.memory().subarray(0, total);
          placed = await settle(name, mark, () =>
            bucket.client.send(new PutObjectCommand({ ...bucket.at(name), Body: body, ContentLength: total, Metadata: { [MARK]: mark }, ...unlessThere() }), bucket.signal()),
          );
        } else {
          ({ placed, total } = await inParts(name, mark, source, turn));
        }
        if (!placed) throw new VaultError('VAULT_EXISTS');
        const there = await bucket.head(name);
        // Where the server knows no If-None-Match, two that write at once both pass the look before; the last one has it.
        if (there !== undefined && there.Metadata?.[MARK] !== mark) throw new VaultError('VAULT_EXISTS');
        // A server that took less than it was sent, and said yes, would be found out at the release only.
        if (there?.ContentLength !== total) throw new VaultError('VAULT_DAMAGED');
        return total;
      } catch (thrown) {
        const taken = thrown instanceof VaultError && thrown.code === 'VAULT_EXISTS';
        if (begun && !taken) await (placed ? bucket.destroy(name) : takeBack(name, mark)).catch(() => undefined);
        // A sender who left is not the bucket's failure.
        throw source.failure !== undefined && source.failure.cause === thrown ? thrown : s3Failure(thrown);
      } finally {
        turn.end();
        // Whoever makes the bytes may have something to close.
        await source.close();
      }
    },
  };
}

interface Source {
  /** Fills the memory as far as bytes come; less than full is the end. */
  fill(memory: Buffer): Promise<number>;
  /** What the bytes broke off with. */
  readonly failure: { readonly cause: unknown } | undefined;
  close(): Promise<void>;
}

function sourceOf(bytes: AsyncIterable<Uint8Array>): Source {
  const pieces = bytes[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let failure: { readonly cause: unknown } | undefined;
  return {
    async fill(memory) {
      let length = 0;
      while (length < memory.length) {
        if (rest.length === 0) {
          const next = await pieces.next().catch((thrown: unknown) => {
            failure = { cause: thrown };
            throw thrown;
          });
          if (next.done === true) break;
          rest = next.value;
        }
        const fits = rest.subarray(0, memory.length - length);
        memory.set(fits, length);
        length += fits.length;
        rest = rest.subarray(fits.length);
      }
      return length;
    },
    get failure() {
      return failure;
    },
    async close() {
      await pieces.return?.().catch(() => undefined);
    },
  };
}

interface Turn {
  /** Throws VAULT_UNREACHABLE when none comes: those before it get no answer. */
  begin(): Promise<void>;
  /** For one part, until the turn ends. */
  memory(): Buffer;
  end(): void;
}

/** So many at a time; the others wait in the order they came. */
function turns(most: number): () => Turn {
  let busy = 0;
  const waiting = new Set<() => void>();
  // Used again and again: garbage of this size would be collected late.
  const unused: Buffer[] = [];
  return () => {
    let mine = false;
    let memory: Buffer | undefined;
    return {
      memory: () => (memory ??= unused.pop() ?? Buffer.allocUnsafeSlow(PART)),
      async begin() {
        if (busy < most) busy++;
        else
          await new Promise<void>((resolve, reject) => {
            const go = (): void => {
              clearTimeout(late);
              waiting.delete(go);
              resolve();
            };
            const late = setTimeout(() => {
              waiting.delete(go);
              reject(new VaultError('VAULT_UNREACHABLE'));
            }, TURN_MS);
            waiting.add(go);
          });
        mine = true;
      },
      end() {
        if (!mine) return;
        mine = false;
        if (memory !== undefined) unused.push(memory);
        memory = undefined;
        const [next] = waiting;
        if (next === undefined) busy--;
        else next();
      },
    };
  };
}
