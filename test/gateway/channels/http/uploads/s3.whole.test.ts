/** S3 multipart through the gateway, with Amazon's client and rclone against s3rver. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spoolFactory } from '../../../../../gateway/body/spool.js';
import { codings } from '../../../../../gateway/decode/codec/codings.js';
import { httpUpstream } from '../../../../../gateway/deliver/http/upstream.js';
import { pipeline } from '../../../../../gateway/pipeline.js';
import type { Evidence } from '../../../../../gateway/ports.js';
import { memoryPartBook } from '../../../../kit/part-book.js';
import { S3_KEYS, testS3, type TestS3 } from '../../../../kit/s3.js';
import { tempFolder } from '../../../../kit/temp.js';
import { stand } from '../../../pipeline-kit.js';
import { closeChannels, parsedRoutes, testChannel } from '../kit.js';

const PART = 5 * 2 ** 20;
const LINE = 'nothing to see here, only the order of the day and some words about it\n';
/** Text without a number, with `number` over the end of the first part. */
function text(number: string): Buffer {
  const plain = Buffer.from(LINE.repeat(Math.ceil((PART + 700_000) / LINE.length)));
  plain.write(` ${number} `, PART - 7);
  return plain;
}
const NUMBER = '13800138000';

let s3: TestS3;
let endpoint: string;
let client: S3Client;
/** Shared by all that listen, as the ledger is. */
const book = memoryPartBook();
const stops = (evidence: Evidence): 'block' | 'pass' => (evidence.classes.length > 0 || evidence.unscannable.length > 0 ? 'block' : 'pass');

async function listening(upload: 's3' | 'none'): Promise<string> {
  const settings = { match: { path: '/' }, upstream: { url: s3.url, preserveHost: true }, ...(upload === 'none' ? {} : { upload }) };
  const [route] = parsedRoutes(settings);
  if (route === undefined) throw new Error('no route');
  const on = stand({ mode: 'hold', action: stops }, { codings: codings(), spools: spoolFactory({ dir: tempFolder('spool') }) });
  const { port } = await testChannel({ routes: [settings], options: { pipeline: pipeline(on.ports), parts: book, upstreams: new Map([[route.id, httpUpstream(route)]]) } });
  return `http://127.0.0.1:${port}`;
}
function clientOf(url: string): S3Client {
  return new S3Client({ region: 'us-east-1', endpoint: url, forcePathStyle: true, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED', credentials: { accessKeyId: S3_KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: S3_KEYS.AWS_SECRET_ACCESS_KEY } });
}
/** Parts in the wrong order, as clients send them side by side. */
async function upload(by: S3Client, key: string, body: Buffer, finishBy = by): Promise<number> {
  const Bucket = s3.bucket;
  try {
    const { UploadId } = await by.send(new CreateMultipartUploadCommand({ Bucket, Key: key }));
    const parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for (const PartNumber of [2, 1]) {
      const { ETag } = await by.send(new UploadPartCommand({ Bucket, Key: key, UploadId, PartNumber, Body: body.subarray((PartNumber - 1) * PART, PartNumber * PART) }));
      parts.unshift({ ETag, PartNumber });
    }
    const done = await finishBy.send(new CompleteMultipartUploadCommand({ Bucket, Key: key, UploadId, MultipartUpload: { Parts: parts } }));
    return done.$metadata.httpStatusCode ?? 0;
  } catch (thrown) {
    return (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? -1;
  }
}

beforeAll(async () => {
  s3 = await testS3();
  endpoint = await listening('s3');
  client = clientOf(endpoint);
});
afterAll(async () => {
  client.destroy();
  await closeChannels();
  await s3.close();
});

describe('S3 multipart', () => {
  it('with nothing in it arrives as it was sent', async () => {
    const body = text('no number');
    expect(await upload(client, 'clean.txt', body)).toBe(200);
    expect((await s3.get('clean.txt')).equals(body)).toBe(true);
  });

  it('with a number over the end of a part is not put together', async () => {
    expect(await upload(client, 'cut.txt', text(NUMBER))).toBe(403);
    expect(await s3.keys()).not.toContain('cut.txt');
  });

  it('with parts that went another way is not put together', async () => {
    const other = clientOf(s3.url);
    expect(await upload(other, 'around.txt', text('no number'), client)).toBe(403);
    other.destroy();
  });

  it('whose requests go through several processes is one upload', async () => {
    const other = clientOf(await listening('s3'));
    expect(await upload(client, 'two-clean.txt', text('no number'), other)).toBe(200);
    expect(await upload(client, 'two-cut.txt', text(NUMBER), other)).toBe(403);
    expect(await s3.keys()).not.toContain('two-cut.txt');
    other.destroy();
  });

  it('is not put together from a part that was replaced, whatever its list says', async () => {
    const [Bucket, Key] = [s3.bucket, 'replaced.txt'];
    const body = text('no number');
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const send = async (PartNumber: number, Body: Buffer): Promise<string | undefined> => (await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag;
    const old = await send(1, body.subarray(0, PART));
    const second = await send(2, body.subarray(PART));
    await send(1, Buffer.from(body.subarray(0, PART)).fill('x', 0, 20));
    const complete = client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: old }, { PartNumber: 2, ETag: second }] } }));
    await expect(complete).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('with a ledger that is away is answered 503 before a byte leaves, and goes on when it is back', async () => {
    const [Bucket, Key] = [s3.bucket, 'away.txt'];
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = (): Promise<{ readonly ETag?: string | undefined }> => client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: text('').subarray(0, PART) }));
    book.away = true;
    const before = s3.asked.length;
    await expect(part()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(s3.asked).toHaveLength(before);
    book.away = false;
    const { ETag } = await part();
    const complete = (): Promise<unknown> => client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    book.away = true;
    await expect(complete()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    book.away = false;
    await complete();
  });

  it('may be given up', async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: s3.bucket, Key: 'given-up' }));
    const reply = await client.send(new AbortMultipartUploadCommand({ Bucket: s3.bucket, Key: 'given-up', UploadId }));
    expect(reply.$metadata.httpStatusCode).toBe(204);
  });

  it('of a container is refused with its first part', async () => {
    const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0, 0, 0]), Buffer.alloc(PART, 0x81)]);
    expect(await upload(client, 'spread.zip', zip)).toBe(403);
  });

  it('on a route that is not told of it is refused with its first part', async () => {
    const other = clientOf(await listening('none'));
    expect(await upload(other, 'untold.txt', text('no number'))).toBe(403);
    other.destroy();
  });

  it('from rclone passes, and is refused, the same way', async () => {
    const folder = tempFolder('rclone');
    const send = async (name: string, body: Buffer): Promise<string> => {
      writeFileSync(join(folder, name), body);
      const flags = ['--s3-provider', 'Other', '--s3-endpoint', endpoint, '--s3-access-key-id', S3_KEYS.AWS_ACCESS_KEY_ID, '--s3-secret-access-key', S3_KEYS.AWS_SECRET_ACCESS_KEY, '--s3-region', 'us-east-1'];
      const how = ['--s3-upload-cutoff', '1M', '--s3-chunk-size', '5M', '--s3-no-check-bucket', '--s3-no-head', '--retries', '1', '--low-level-retries', '1', '--config', join(folder, 'none.conf')];
      // Without what this shell says of proxies and certificates.
      const env = { PATH: process.env['PATH'], HOME: folder };
      return promisify(execFile)('rclone', ['copyto', join(folder, name), `:s3:${s3.bucket}/${name}`, ...flags, ...how], { env }).then(() => 'sent', (thrown: unknown) => String((thrown as { stderr?: unknown }).stderr));
    };
    expect(await send('rclone-clean.txt', text('no number'))).toBe('sent');
    expect((await s3.get('rclone-clean.txt')).equals(text('no number'))).toBe(true);
    expect(await send('rclone-cut.txt', text(NUMBER))).toMatch(/403/);
    expect(await s3.keys()).not.toContain('rclone-cut.txt');
  });
});
