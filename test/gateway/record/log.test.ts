import { PassThrough, Writable } from 'node:stream';
import { describe, it, expect } from '@jest/globals';
import { jsonLog, LOG_FIELD_LENGTH, type LogLevel } from '../../../gateway/record/log.js';
import type { LogFields } from '../../../gateway/ports.js';

const AT = Date.UTC(2026, 10, 5, 3, 4, 5);

function capture(level: LogLevel = 'debug') {
  const stream = new PassThrough();
  let withheld = 0;
  const log = jsonLog({ level, stream, now: () => AT, onWithheld: () => (withheld += 1) });
  return {
    log,
    withheld: () => withheld,
    lines: () =>
      String((stream.read() as Buffer | null) ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

function written(fields: LogFields): Record<string, unknown> {
  const { log, lines } = capture();
  log.info('probe', fields);
  return lines()[0] ?? {};
}

describe('jsonLog', () => {
  it('writes one JSON object a line: time, level, event, fields in order', () => {
    const { log, lines } = capture();
    log.info('exchange', { exchange: 'w01k9000000000000000000000a', status: 202, clean: false, rule: undefined });
    log.error('vault.seal-failed', { code: 'ENOSPC' });
    expect(lines()).toEqual([
      {
        time: '2026-11-05T03:04:05.000Z',
        level: 'info',
        event: 'exchange',
        exchange: 'w01k9000000000000000000000a',
        status: 202,
        clean: false,
      },
      { time: '2026-11-05T03:04:05.000Z', level: 'error', event: 'vault.seal-failed', code: 'ENOSPC' },
    ]);
  });

  it('keeps below its level silent', () => {
    const { log, lines } = capture('warn');
    log.debug('quiet');
    log.info('quiet');
    log.warn('loud');
    expect(lines().map((line) => line.event)).toEqual(['loud']);
  });

  it('cannot be made to write two lines by a field with line breaks', () => {
    const { log, lines } = capture();
    log.info('probe', { route: 'a\n{"level":"error"}\u2028b' });
    expect(lines()).toHaveLength(1);
  });

  it('does not let a field take the place of time, level or event', () => {
    expect(written({ level: 'error', event: 'other', time: 'now' })).toMatchObject({
      level: 'info',
      event: 'probe',
      'field.level': 'error',
      'field.event': 'other',
      'field.time': 'now',
    });
  });

  it('cuts a long field', () => {
    expect(written({ target: 'x'.repeat(5_000) }).target).toBe(`${'x'.repeat(LOG_FIELD_LENGTH)}…`);
  });

  it('writes log.unnamed and counts when an event is no code', () => {
    const { log, lines, withheld } = capture();
    log.info('call 13800138000 back');
    log.info('a.13800138000');
    expect(lines().map((line) => line.event)).toEqual(['log.unnamed', 'log.unnamed']);
    expect(withheld()).toBe(2);
  });

  it('counts each withheld field', () => {
    const { log, lines, withheld } = capture();
    log.warn('probe', { a: 'id 11010519491231002X', b: 13_800_138_000, c: 'fine' });
    expect(lines()[0]).toMatchObject({ a: '[withheld]', b: '[withheld]', c: 'fine' });
    expect(withheld()).toBe(2);
  });

  it('does not write a field name that is a number', () => {
    const { log, lines } = capture();
    log.info('probe', { '13800138000': 1 });
    expect(JSON.stringify(lines())).not.toContain('13800138000');
  });

  it('survives a stream that fails', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const lost = new Promise<void>((resolve) => {
      jsonLog({ level: 'info', stream, onLost: resolve }).info('probe');
    });
    await expect(lost).resolves.toBeUndefined();
  });
});
