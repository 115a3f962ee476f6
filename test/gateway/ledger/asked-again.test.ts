import { describe, expect, it } from '@jest/globals';
import { LedgerFailure } from '../../../gateway/errors.js';
import { askedAgain } from '../../../gateway/ledger/asked-again.js';

const failing = (kind: LedgerFailure['kind'], times: number): { readonly ask: () => Promise<string>; readonly asked: () => number } => {
  let asked = 0;
  return { ask: () => ((asked += 1) <= times ? Promise.reject(new LedgerFailure(kind, undefined)) : Promise.resolve('answer')), asked: () => asked };
};
const atOnce = (): Promise<void> => Promise.resolve();

describe('a question of the start', () => {
  it('is asked again while the database does not answer', async () => {
    const { ask, asked } = failing('unavailable', 3);
    expect(await askedAgain(ask, atOnce)).toBe('answer');
    expect(asked()).toBe(4);
  });

  it('that is never answered fails', async () => {
    const { ask, asked } = failing('unavailable', Infinity);
    await expect(askedAgain(ask, atOnce)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(asked()).toBe(20);
  });

  it.each(['refused', 'in-doubt'] as const)('that was %s is asked once', async (kind) => {
    const { ask, asked } = failing(kind, 1);
    await expect(askedAgain(ask, atOnce)).rejects.toMatchObject({ kind });
    expect(asked()).toBe(1);
  });
});
