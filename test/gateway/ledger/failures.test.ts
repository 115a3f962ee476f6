/** Database errors keep their code and lose their text. */
import { describe, expect, it } from '@jest/globals';
import { commitFailure, ledgerFailure } from '../../../gateway/ledger/failures.js';

const pgError = (code?: string): Error => Object.assign(new Error('Key (subject)=(13800000000) already exists'), code === undefined ? {} : { code });

describe('a database failure', () => {
  it.each([['ECONNREFUSED', 'unavailable'], [undefined, 'unavailable'], ['57P01', 'unavailable'], ['57014', 'unavailable'], ['53300', 'unavailable'], ['25006', 'unavailable'], ['28P01', 'unavailable'], ['23505', 'refused'], ['42P01', 'refused']] as const)('with code %s is %s', (code, kind) => {
    const failure = ledgerFailure(pgError(code));
    expect(failure.kind).toBe(kind);
    expect(JSON.stringify(failure) + failure.message + String(failure.stack) + String(failure.cause)).not.toContain('13800000000');
  });

  it.each([['ECONNRESET', 'in-doubt'], [undefined, 'in-doubt'], ['57P01', 'in-doubt'], ['23505', 'refused']] as const)('at the commit with code %s is %s', (code, kind) => {
    expect(commitFailure(pgError(code)).kind).toBe(kind);
  });
});
