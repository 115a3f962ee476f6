/** Writes that leave together: nothing waits beyond its turn of the loop, and order is kept. */
import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import type { Socket } from 'node:net';
import { inBurst } from '../../../gateway/http1/bursts.js';

function recorder(): { readonly socket: Socket; readonly written: string[] } {
  const written: string[] = [];
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      written.push(chunk);
      done();
    },
  });
  return { socket: sink as unknown as Socket, written };
}
const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

describe('a burst', () => {
  it('leaves at the end of the turn, in order, whatever each socket writes besides', async () => {
    const [one, two] = [recorder(), recorder()];
    for (const { socket } of [one, two, one]) inBurst(socket);
    one.socket.write('a');
    two.socket.write('b');
    one.socket.write('c');
    expect([one.written, two.written]).toEqual([[], []]);
    await turn();
    expect([one.written, two.written]).toEqual([['a', 'c'], ['b']]);
  });
  it('does not grow without end within a turn', () => {
    const all = Array.from({ length: 100 }, recorder);
    for (const { socket } of all) {
      inBurst(socket);
      socket.write('x');
    }
    expect(all.filter(({ written }) => written.length === 0).length).toBeLessThan(16);
  });
  it('holds nothing back from a socket that ends, and takes no harm from one that is gone', async () => {
    const [ending, gone] = [recorder(), recorder()];
    inBurst(ending.socket);
    inBurst(gone.socket);
    ending.socket.write('last');
    gone.socket.write('lost');
    ending.socket.end();
    gone.socket.destroy();
    expect(ending.written).toEqual(['last']);
    await turn();
    expect([ending.written, gone.written]).toEqual([['last'], []]);
  });
});
