import { describe, expect, it } from '@jest/globals';
import { startWorkers, type WorkersOptions } from '../../workers/main.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('the workers', () => {
  it('stop within a bound when the store of jobs is away', async () => {
    const said: string[] = [];
    const workers = startWorkers({
      carrier: { enqueue: never, work: () => undefined, counts: never, close: never },
      outbox: { due: never, stuck: never, carried: never, open: never, retry: never, counts: never },
      log: (_level: string, code: string) => void said.push(code),
      clock: { now: () => 0 },
      sinks: [],
      stopWithinMs: -9_990,
    } as unknown as WorkersOptions);
    await workers.stop();
    expect(said).toContain('STOP_LATE');
  });
});
