import cluster from 'node:cluster';
import { describe, expect, it } from '@jest/globals';
import { forkGateway } from '../../../gateway/wiring/cluster-child.js';

describe('a process below this one', () => {
  it('ends, for whoever waits for that, also when the system could not start it', async () => {
    cluster.setupPrimary({ cwd: '/nowhere' });
    const ended = new Promise<string>((resolve) => forkGateway().onExit(() => resolve('ended')));
    expect(await ended).toBe('ended');
  });
});
