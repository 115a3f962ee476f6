/** The one table of fields that sign, hash or identify a body, and what becomes of them when Weir changed it. */
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';

/**
 * `drop`: true of the old body only, and the head leaves before the new body is known, so it cannot be computed anew.
 * `refuse`: part of a signature, or what a storage service checks on arrival: with it or without it the change would be rejected or go unnoticed.
 * `weaken`: still names the same resource, no longer the same bytes.
 */
type Fate = 'drop' | 'refuse' | 'weaken';

const FATES: ReadonlyMap<string, Fate> = new Map<string, Fate>([
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

/** Says in so many words that the body is not covered. */
const UNSIGNED = /^(STREAMING-)?UNSIGNED-PAYLOAD/i;

/** The fields that may accompany the body after `change`; throws `mask-failed` where no true set of fields exists. */
export function fieldsForChangedBody(fields: readonly Field[], change: 'none' | 'same-length' | 'recoded'): readonly Field[] {
  if (change === 'none') return fields;
  return fields.flatMap((field): readonly Field[] => {
    const [name, value] = field;
    const lower = name.toLowerCase();
    switch (REFUSED_FAMILY.test(lower) ? 'refuse' : FATES.get(lower)) {
      case undefined: return [field];
      case 'drop': return [];
      case 'weaken': return [[name, value.startsWith('W/') ? value : `W/${value}`]];
      case 'refuse':
        if (UNSIGNED.test(value)) return [field];
        throw new WeirError('mask-failed');
    }
  });
}
