/** A vault's objects in an S3-compatible bucket that a fleet shares. */
import { randomBytes } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import { AbortMultipartUploadCommand, GetObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Clock } from '../ports.js';
import { s3Bucket, type S3Place } from './s3-bucket.js';
import { faultOf, isAbsent, isUnknown, s3Failure } from './s3-failure.js';
import { s3Uploads } from './s3-upload.js';
import { SMALL_OBJECT, STORED_NAME, type StoredObject, type VaultStore } from './store.js';
import { VaultError } from './vault-error.js';

/** An answer that breaks off midway is asked for again; the library does so only up to its head. */
const READS = 3;
/** No upload takes longer; what is older was left by a process that is gone. */
const UPLOAD_MOST_MS = 24 * 60 * 60_000;
const PROBE = 'weir-probe-';

export interface S3StoreOptions extends S3Place {
  readonly clock: Clock;
  /** Which names it takes, where it is no vault. */
  readonly names?: RegExp;
}

export function s3Store(options: S3StoreOptions): VaultStore {
  const { client, bucket: Bucket, prefix, clock, names = STORED_NAME } = options;
  const bucket = s3Bucket(options);
  const uploads = s3Uploads(bucket);

  function known(name: string): string {
    if (!names.test(name)) throw new VaultError('VAULT_BAD_ID');
    return name;
  }
  async function failing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw s3Failure(thrown);
    }
  }
  /** `range` left out: the whole of a small object. Undefined when there is none. */
  async function fetched(name: string, range?: { readonly from: number; readonly length: number }): Promise<Buffer | undefined> {
    for (let left = READS; ; left--) {
      const { abortSignal } = bucket.signal();
      try {
        const answer = await client.send(
          new GetObjectCommand({ ...bucket.at(name), ...(range === undefined ? {} : { Range: `bytes=${String(range.from)}-${String(range.from + range.length - 1)}` }) }),
          { abortSignal },
        );
        const most = range?.length ?? SMALL_OBJECT;
        const { Body } = answer;
        if (!(Body instanceof Readable)) throw new VaultError('VAULT_UNREACHABLE');
        if ((answer.ContentLength ?? 0) > most || (range !== undefined && answer.ContentRange !== undefined && !answer.ContentRange.startsWith(`bytes ${String(range.from)}-`))) {
          Body.destroy();
          throw new VaultError('VAULT_DAMAGED');
        }
        return await collect(addAbortSignal(abortSignal, Body), answer.ContentLength, most);
      } catch (thrown) {
        if (isAbsent(thrown)) return undefined;
        if (faultOf(thrown).status === 416) throw new VaultError('VAULT_DAMAGED', { cause: thrown });
        // What has a status was tried again by the library already.
        if (left <= 1 || thrown instanceof VaultError || faultOf(thrown).status !== undefined || abortSignal.aborted) throw s3Failure(thrown);
      }
    }
  }
  async function* objects(Prefix: string): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const page = await failing(() => client.send(new ListObjectsV2Command({ Bucket, Prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }), bucket.signal()));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) yield { name: Key.slice(prefix.length), bytes: Size, changedAt: LastModified?.getTime() ?? 0 };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  return {
    kind: 's3',
    put: (name, bytes) => uploads.put(known(name), bytes),
    replace: (name, bytes) =>
      failing(async () => {
        const { VersionId } = await client.send(new PutObjectCommand({ ...bucket.at(known(name)), Body: bytes, ContentLength: bytes.length }), bucket.signal());
        bucket.sawVersion(VersionId);
        // Else what was replaced could still be opened with the old key.
        await bucket.destroyOlder(name);
      }),
    async size(name) {
      return (await bucket.head(known(name)))?.ContentLength;
    },
    async read(name, from, length) {
      if (length < 0) throw new VaultError('VAULT_DAMAGED');
      if (length === 0) return Buffer.alloc(0);
      const bytes = await fetched(known(name), { from, length });
      if (bytes === undefined) throw new VaultError('VAULT_MISSING');
      if (bytes.length !== length) throw new VaultError('VAULT_DAMAGED');
      return bytes;
    },
    load: (name) => fetched(known(name)),
    destroy: (name) => bucket.destroy(known(name)),
    async *list() {
      for await (const object of objects(prefix)) if (names.test(object.name)) yield object;
    },
    free: () => Promise.resolve(Infinity),
    async probe() {
      const name = `${PROBE}${randomBytes(8).toString('hex')}`;
      const versions = await bucket.learnVersions();
      await uploads.put(name, oneByte());
      try {
        await bucket.destroy(name);
        if ((await bucket.head(name)) !== undefined) throw new VaultError('VAULT_UNREACHABLE');
        if (versions && (await bucket.versionsOf(name)).length > 0) throw new VaultError('VAULT_VERSIONS_KEPT');
      } catch (thrown) {
        // Writing went well: what is refused now is destroying.
        const failure = s3Failure(thrown);
        const kept = versions && (failure.code === 'VAULT_DENIED' || isUnknown(failure.cause));
        throw kept ? new VaultError('VAULT_VERSIONS_KEPT', { cause: thrown }) : failure;
      }
    },
    async tidy(untouchedMs) {
      const before = clock.now() - Math.max(untouchedMs, UPLOAD_MOST_MS);
      let removed = 0;
      let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
      while (from !== undefined) {
        const asked: { KeyMarker?: string; UploadIdMarker?: string } = from;
        const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...asked }), bucket.signal()).catch((thrown: unknown) => {
          // The bucket's own rule for unfinished uploads has to do, where it has one.
          if (isUnknown(thrown)) return undefined;
          throw s3Failure(thrown);
        });
        for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
          if (Key === undefined || !names.test(Key.slice(prefix.length)) || Initiated === undefined || Initiated.getTime() > before) continue;
          await failing(() => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), bucket.signal()));
          removed++;
        }
        from = page?.IsTruncated === true && page.NextKeyMarker !== undefined ? { KeyMarker: page.NextKeyMarker, ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }) } : undefined;
      }
      for await (const { name, changedAt } of objects(prefix + PROBE)) {
        if (changedAt > before) continue;
        await bucket.destroy(name);
        removed++;
      }
      return removed;
    },
    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** Throws when the answer ended before its length. */
async function collect(body: Readable, expected: number | undefined, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new VaultError('VAULT_DAMAGED');
    pieces.push(piece);
  }
  if (expected !== undefined && length < expected) throw new Error('cut short');
  return Buffer.concat(pieces, length);
}

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('w');
}
