/** What a changed body does to the fields that sign, hash or identify it, before a request leaves. */
import { digestFate, weakened } from '../../digest-fields.js';
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';

/** The fields that may accompany the body after `change`; throws `mask-failed` where no true set of fields exists. */
export function fieldsForChangedBody(fields: readonly Field[], change: 'none' | 'same-length' | 'recoded'): readonly Field[] {
  if (change === 'none') return fields;
  return fields.flatMap((field): readonly Field[] => {
    const [name, value] = field;
    switch (digestFate(name, value)) {
      case undefined: return [field];
      case 'drop': return [];
      case 'weaken': return [[name, weakened(value)]];
      case 'refuse': throw new WeirError('mask-failed');
    }
  });
}
