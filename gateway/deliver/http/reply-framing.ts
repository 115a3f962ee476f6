/** Refuses answers whose end two readers could see in different places: Node takes a coding it does not know for "until the connection ends". */
import { WeirError } from '../../errors.js';
import { framingOf } from '../../http1/strict-head.js';
import type { Field } from '../../ports.js';

export function refuseUnclearFraming(fields: readonly Field[]): void {
  if (framingOf(fields, '1.1', { status: 200, noBody: false }) === undefined) throw new WeirError('upstream-invalid');
}
