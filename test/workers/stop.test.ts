import { describe, expect, it } from '@jest/globals';
import { startWorkers, type WorkersOptions } from '../../workers/main.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('the workers', () => {
  it('stop within a bound when the store of jobs is away', async () => {
    const said: string[] = [];
    const workers = startWorkers({
      carrier: { kind: 'redis', enqueue: never, hurry: never, work: () => undefined, counts: never, reachable: () => false, forgot: never, drain: never, close: never },
      outbox: { due: never, stuck: never, carried: never, uncarry: never, open: never, hurry: never, retry: never, counts: never },
      handlers: () => ({}),
      once: {},
      log: (_level: string, code: string) => void said.push(code),
      stopWithinMs: -9_990,
    } satisfies WorkersOptions);
    await workers.stop();
    expect(said).toContain('STOP_LATE');
  });
});
