import { describe, expect, it } from '@jest/globals';
import { LedgerFailure } from '../../../gateway/errors.js';
import { askedAgain } from '../../../gateway/ledger/asked-again.js';

/** Fails so often; each question takes ten seconds of this clock. */
function failing(kind: LedgerFailure['kind'], times: number) {
  let asked = 0;
  const ask = (): Promise<string> => ((asked += 1) <= times ? Promise.reject(new LedgerFailure(kind, undefined)) : Promise.resolve('answer'));
  return { again: () => askedAgain(ask, { now: () => asked * 10_000, pause: () => Promise.resolve() }), asked: () => asked };
}

describe('a question of the start', () => {
  it('is asked again while the database does not answer', async () => {
    const { again, asked } = failing('unavailable', 3);
    expect(await again()).toBe('answer');
    expect(asked()).toBe(4);
  });

  it('that is not answered for a minute fails', async () => {
    const { again, asked } = failing('unavailable', Infinity);
    await expect(again()).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(asked()).toBe(6);
  });

  it.each(['refused', 'in-doubt'] as const)('that was %s is asked once', async (kind) => {
    const { again, asked } = failing(kind, 1);
    await expect(again()).rejects.toMatchObject({ kind });
    expect(asked()).toBe(1);
  });
});
