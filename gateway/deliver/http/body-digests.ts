/** The one table of fields that sign, hash or identify a body, and what becomes of them when Weir changed it. */
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';

/**
 * `drop`: true of the old body only, and the head leaves before the new body is known, so it cannot be computed anew.
 * `refuse`: part of a signature over the whole request; without it, or with it, the upstream would reject what we send.
 * `weaken`: still names the same resource, no longer the same bytes.
 */
type Fate = 'drop' | 'refuse' | 'weaken';

const FATES: ReadonlyMap<string, Fate> = new Map([
  ['content-md5', 'drop'],
  ['digest', 'drop'],
  ['content-digest', 'drop'],
  ['repr-digest', 'drop'],
  ['x-goog-hash', 'drop'],
  ['x-amz-content-sha256', 'refuse'],
  ['x-amz-checksum-crc32', 'refuse'],
  ['x-amz-checksum-crc32c', 'refuse'],
  ['x-amz-checksum-crc64nvme', 'refuse'],
  ['x-amz-checksum-sha1', 'refuse'],
  ['x-amz-checksum-sha256', 'refuse'],
  ['signature', 'refuse'],
  ['etag', 'weaken'],
]);

/** Says in so many words that the body is not covered. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** The fields that may accompany the body after `change`; throws `mask-failed` where no true set of fields exists. */
export function fieldsForChangedBody(fields: readonly Field[], change: 'none' | 'same-length' | 'recoded'): readonly Field[] {
  if (change === 'none') return fields;
  return fields.flatMap((field): readonly Field[] => {
    const [name, value] = field;
    switch (FATES.get(name.toLowerCase())) {
      case undefined: return [field];
      case 'drop': return [];
      case 'weaken': return [[name, value.startsWith('W/') ? value : `W/${value}`]];
      case 'refuse':
        if (value === UNSIGNED) return [field];
        throw new WeirError('mask-failed');
    }
  });
}
