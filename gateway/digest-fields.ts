/** The one table of HTTP fields that sign, hash or identify a body: which of them a mask makes untrue, and what follows. */

/**
 * `drop`: true of the old body only, and the head leaves before the new body is known, so it cannot be computed anew.
 * `refuse`: part of a signature, or what a storage service checks on arrival: with it or without it the change would be rejected or go unnoticed.
 * `weaken`: still names the same resource, no longer the same bytes.
 */
export type DigestFate = 'drop' | 'refuse' | 'weaken';

const FATES: ReadonlyMap<string, DigestFate> = new Map<string, DigestFate>([
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'].map((name) => [name, 'drop'] as const),
  ...[
    'x-amz-content-sha256', 'x-goog-hash', 'x-goog-content-sha256', 'x-oss-content-sha256', 'x-oss-hash-crc64ecma',
    'x-obs-content-sha256', 'x-cos-content-sha1', 'x-cos-hash-crc64ecma', 'x-tos-content-sha256', 'x-ms-blob-content-md5', 'x-ms-content-crc64',
    'x-ms-content-md5', 'x-upyun-content-md5', 'upload-checksum', 'oc-checksum', 'x-checksum-md5', 'x-checksum-sha1', 'x-checksum-sha256',
  ].map((name) => [name, 'refuse'] as const),
  ['etag', 'weaken'],
]);
/** x-amz-checksum-crc32c, -sha256 and those to come; -algorithm, -type and -mode only describe. */
const REFUSED_FAMILY = /^x-amz-checksum-(?!algorithm|type|mode)/;
/** Values that say in so many words that the body is left out. */
const UNSIGNED = /^(STREAMING-)?UNSIGNED-PAYLOAD/i;

/** What becomes of a field when the body is changed; `undefined`: it stays as it is. */
export function digestFate(name: string, value: string): DigestFate | undefined {
  const lower = name.toLowerCase();
  const fate = REFUSED_FAMILY.test(lower) ? 'refuse' : FATES.get(lower);
  return fate === 'refuse' && UNSIGNED.test(value.trim()) ? undefined : fate;
}

/** A digest or signature of the body, by its name alone. */
export function isDigestField(name: string): boolean {
  const fate = digestFate(name, '');
  return fate === 'drop' || fate === 'refuse';
}

/** A validator that no longer promises the same bytes (RFC 9110 section 8.8.3). */
export function weakened(value: string): string {
  return value.startsWith('W/') ? value : `W/${value}`;
}
