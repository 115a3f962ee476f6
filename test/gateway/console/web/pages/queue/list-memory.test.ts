/** Going from one message of a list to the next. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { following, forgetLists, knownList, neighbour, placeIn, rememberList, rememberPlace, standing } from '../../../../../../gateway/console/web/pages/queue/list-memory.js';

beforeEach(forgetLists);

describe('the list one came from', () => {
  it('leads to the next message, and past the page into the next one, to its end', async () => {
    const pages: Record<string, { ids: string[]; next: string | undefined }> = { p2: { ids: ['b', 'c'], next: 'p3' }, p3: { ids: ['d'], next: undefined } };
    rememberList({ path: '/queue', ids: ['a', 'b'], next: 'p2', more: async (after) => pages[after] ?? { ids: [], next: undefined } });
    const walked = ['a'];
    for (let id: string | undefined = 'a'; id !== undefined; ) {
      id = await following(id);
      if (id !== undefined) walked.push(id);
    }
    expect(walked).toEqual(['a', 'b', 'c', 'd']);
    expect(neighbour('c', -1)).toBe('b');
    expect(standing('d')).toEqual({ at: 4, of: 4, more: false });
  });

  it('leads nowhere from a message that does not stand in it, and never into a list one has left', async () => {
    rememberList({ path: '/queue', ids: ['a'], next: 'p2', more: async () => {
      rememberList({ path: '/queue?text=x', ids: ['z'], next: undefined, more: async () => ({ ids: [], next: undefined }) });
      return { ids: ['b'], next: undefined };
    } });
    expect(await following('elsewhere')).toBeUndefined();
    expect(await following('a')).toBeUndefined();
    expect(knownList()?.path).toBe('/queue?text=x');
  });

  it('remembers where one was in each view', () => {
    rememberPlace('/queue', { top: 900, cursor: 'a' });
    expect(placeIn('/queue')).toEqual({ top: 900, cursor: 'a' });
    expect(placeIn('/queue?grouped=1')).toBeUndefined();
  });
});
