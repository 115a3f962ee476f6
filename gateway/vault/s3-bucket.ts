/** Calls to one bucket: each with a deadline over all its tries, each failure as one of the vault's. */
import type { S3Client } from '@aws-sdk/client-s3';
import {
  DeleteObjectCommand, GetBucketVersioningCommand, HeadObjectCommand, ListObjectVersionsCommand,
  type DeleteObjectCommandOutput, type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { isAbsent, isUnknown, s3Failure } from './s3-failure.js';
import { VaultError } from './vault-error.js';

/** All tries of a request and the pauses between them; a sender may be waiting. */
const CALL_MS = 50_000;

export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ending with "/". */
  readonly prefix: string;
}

export interface S3Bucket {
  /** Names of the object in the bucket's terms. */
  at(name: string): { readonly Bucket: string; readonly Key: string };
  readonly client: S3Client;
  signal(): { readonly abortSignal: AbortSignal };
  head(name: string): Promise<HeadObjectCommandOutput | undefined>;
  /** Destroys every version, the newest first hidden, so that no older one comes up on the way. */
  destroy(name: string): Promise<void>;
  /** Takes all versions but the newest. */
  destroyOlder(name: string): Promise<void>;
  /** Whether destroying works at all; asks the bucket. */
  learnVersions(): Promise<boolean>;
  versionsOf(name: string): Promise<readonly ObjectVersion[]>;
  /** An answer told that this bucket keeps versions. */
  sawVersion(id: string | undefined): void;
}

export interface ObjectVersion {
  readonly id: string;
  readonly latest: boolean;
  readonly marker: boolean;
}

export function s3Bucket({ client, bucket, prefix }: S3Place): S3Bucket {
  let versions: boolean | undefined;
  const at = (name: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: prefix + name });
  const signal = (): { abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.timeout(CALL_MS) });
  const failed = (thrown: unknown): never => {
    throw s3Failure(thrown);
  };

  async function learnVersions(): Promise<boolean> {
    try {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }), signal());
      // Suspended keeps what was written before.
      versions = Status === 'Enabled' || Status === 'Suspended';
    } catch (thrown) {
      // A server without versions does not know the question; should it have them, its answers to writing tell.
      if (isUnknown(thrown)) return (versions ??= false);
      const failure = s3Failure(thrown);
      throw failure.code === 'VAULT_DENIED' ? new VaultError('VAULT_VERSIONS_UNKNOWN', { cause: thrown }) : failure;
    }
    return versions;
  }
  async function versionsOf(name: string): Promise<readonly ObjectVersion[]> {
    const found: ObjectVersion[] = [];
    const { Bucket, Key } = at(name);
    let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (;;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, ...from }), signal());
      for (const [list, marker] of [[page.Versions, false], [page.DeleteMarkers, true]] as const) {
        for (const one of list ?? []) if (one.Key === Key) found.push({ id: one.VersionId ?? 'null', latest: one.IsLatest === true, marker });
      }
      if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found;
      from = { KeyMarker: page.NextKeyMarker, ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }) };
    }
  }
  async function purge(name: string, which: (version: ObjectVersion) => boolean): Promise<void> {
    const found = (await versionsOf(name)).filter(which);
    // Markers last: while one is there, nothing beneath it can be seen.
    for (const { id } of [...found.filter(({ marker }) => !marker), ...found.filter(({ marker }) => marker)]) {
      await client.send(new DeleteObjectCommand({ ...at(name), VersionId: id }), signal());
    }
  }
  async function remove(name: string): Promise<DeleteObjectCommandOutput | undefined> {
    return client.send(new DeleteObjectCommand(at(name)), signal()).catch((thrown: unknown) => {
      if (isAbsent(thrown)) return undefined;
      throw thrown;
    });
  }

  return {
    client, at, signal, learnVersions,
    versionsOf: (name) => versionsOf(name).catch(failed),
    head: (name) =>
      client.send(new HeadObjectCommand(at(name)), signal()).catch((thrown: unknown) => {
        if (isAbsent(thrown)) return undefined;
        return failed(thrown);
      }),
    async destroy(name) {
      try {
        const removed = await remove(name);
        if (removed?.DeleteMarker === true || removed?.VersionId !== undefined) versions = true;
        if (versions ?? (await learnVersions())) await purge(name, () => true);
      } catch (thrown) {
        failed(thrown);
      }
    },
    async destroyOlder(name) {
      if (versions ?? (await learnVersions())) await purge(name, ({ latest }) => !latest).catch(failed);
    },
    sawVersion(id) {
      if (id !== undefined && id !== '') versions = true;
    },
  };
}
