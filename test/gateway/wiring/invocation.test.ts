/** What may be said when the gateway is started. */
import { describe, expect, it } from '@jest/globals';
import { parseInvocation } from '../../../gateway/wiring/invocation.js';

describe('the words behind the gateway', () => {
  it('name its files and how it runs, with a blank or with =', () => {
    expect(parseInvocation(['--config', 'a file.yaml', '--data=d', '--processes', '2', '--custody=absent', '--no-workers'])).toEqual({
      kind: 'start', invocation: { config: 'a file.yaml', data: 'd', processes: '2', custody: 'absent', workers: false },
    });
    expect(parseInvocation([])).toEqual({ kind: 'start', invocation: { config: undefined, data: undefined, processes: undefined, custody: undefined, workers: true } });
  });

  it.each([[['--help']], [['-h']], [['--config', 'x', '--help']]])('start nothing with %j', (words) => {
    expect(parseInvocation(words)).toEqual({ kind: 'help', problem: undefined });
  });

  it.each([[['--confg', 'x']], [['config.yaml']], [['--config']], [['--config', '--data', 'd']], [['--no-workers=yes']], [['start']], [['--version']]])('start nothing that nobody asked for: %j', (words) => {
    const asked = parseInvocation(words);
    expect(asked.kind === 'help' && asked.problem).toMatch(/\w/);
  });
});
