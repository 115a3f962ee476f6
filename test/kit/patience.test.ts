import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, PATIENCE_MS, until } from './patience.js';

afterEach(() => {
  jest.restoreAllMocks();
});
/** The first look is at once; by the second, patience is over. */
const patienceIsOver = (): void => void jest.spyOn(Date, 'now').mockReturnValueOnce(0).mockReturnValue(PATIENCE_MS + 1);

describe('a wait', () => {
  it('answers with what was wanted as soon as it is seen', async () => {
    let looks = 0;
    expect(await eventually('a third look', () => Promise.resolve((looks += 1)), (seen) => seen === 3)).toBe(3);
    expect(looks).toBe(3);
  });

  it('in vain fails by the name of what it waited for, and with what it saw last', async () => {
    patienceIsOver();
    await expect(eventually('the end', () => ({ state: 'held' }), ({ state }) => state === 'released')).rejects.toThrow("waited in vain: the end; seen last: { state: 'held' }");
    patienceIsOver();
    await expect(until('the end', () => false)).rejects.toThrow('waited in vain: the end');
  });

  it('ends with what a look throws', async () => {
    await expect(until('the end', () => Promise.reject(new Error('nobody is there')))).rejects.toThrow('nobody is there');
  });
});
