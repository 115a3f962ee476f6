/** Turns in front of a bounded resource. */
import { describe, expect, it } from '@jest/globals';
import { slots } from '../../../../gateway/deliver/http/slots.js';

describe('slots', () => {
  it('lets no more in than there are places, in order, and forgets those who leave the line', async () => {
    const seen: string[] = [];
    const two = slots(2);
    const [a, , c, d] = ['a', 'b', 'c', 'd'].map((name) => two.enter(() => void seen.push(name)));
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b']);
    c?.();
    a?.();
    a?.();
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b', 'd']);
    d?.();
    two.enter(() => void seen.push('e'));
    await Promise.resolve();
    expect(seen).toEqual(['a', 'b', 'd', 'e']);
  });
});
