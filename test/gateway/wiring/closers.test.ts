/** Closing: everything, in the reverse order, whatever fails on the way. */
import { describe, expect, it } from '@jest/globals';
import { closers } from '../../../gateway/wiring/closers.js';

describe('closing what was opened', () => {
  it('goes backwards, goes on behind one that fails, and says the first failure once', async () => {
    const seen: string[] = [];
    const opened = closers();
    opened.push(() => void seen.push('database'));
    opened.push(() => Promise.reject(new Error('second')));
    opened.push(() => {
      throw new Error('first');
    });
    opened.push(async () => {
      await Promise.resolve();
      seen.push('listener');
    });
    await expect(opened.close()).rejects.toThrow('first');
    expect(seen).toEqual(['listener', 'database']);
    await opened.close();
    expect(seen).toEqual(['listener', 'database']);
  });
});
