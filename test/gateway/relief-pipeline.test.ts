/** Exceptions and break-glass through the whole pipeline: what leaves masked, what leaves as it was, and what is on record. */
import { describe, expect, it } from '@jest/globals';
import { policySchema } from '../../config/schema.js';
import { compilePolicy } from '../../gateway/policy/compile.js';
import type { Relief } from '../../gateway/ports.js';
import { numberSource } from '../kit/numbers.js';
import { exchangeOf, run, stand, type Stand } from './pipeline-kit.js';

const numbers = numberSource(77);
const [known, other] = [numbers.phone(), numbers.phone()];
const hidden = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`;
const MASK = [{ id: 'phones', when: { found: { of: ['cn.phone'] } }, action: 'mask' }];
/** Something may be blocked: the whole is read first. */
const MASK_WHOLE = [{ id: 'many', when: { found: { of: ['cn.resident-id'], distinct: 3 } }, action: 'block' }, ...MASK];
const HOLD = [{ id: 'phones', when: { found: { of: ['cn.phone'] } }, action: 'hold' }];

function gateway(rules: readonly object[], relief?: Relief): Stand {
  const policy = compilePolicy('p', { policy: policySchema.parse({ rules }), grades: {}, syncClient: false, monitor: false }, '1');
  return stand({ mode: 'hold', action: 'pass' }, { policies: { forRoute: () => policy }, relief: { forExchange: () => relief ?? { exceptions: [], bypass: undefined, senderKey: 'user:1' } } });
}
async function sent(to: Stand, text: string): Promise<string> {
  const ended = await run(to, exchangeOf({ chunks: [text] }));
  ended.close(200);
  if (ended.kind !== 'forwarded') throw new Error(ended.kind);
  return ended.sent.body;
}
/** As a reviewer would: the fingerprint comes from a message that was held for it. */
async function exceptionFor(phone: string): Promise<Relief> {
  const on = gateway(HOLD);
  await run(on, exchangeOf({ chunks: [`call ${phone} now`] }));
  const fingerprint = on.held[0]?.findings[0]?.fingerprint ?? '';
  expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  return { exceptions: [{ id: 'x1', fingerprints: [fingerprint], conclusive: false, expiresAt: Number.MAX_SAFE_INTEGER }], bypass: undefined, senderKey: undefined };
}

describe('an exception for one value', () => {
  it.each([['streamed', MASK], ['read to its end', MASK_WHOLE]] as const)('leaves it alone and masks its neighbour, %s', async (_how, rules) => {
    const relief = await exceptionFor(known);
    for (const [text, masked] of [
      [`a ${known} b ${other} c`, `a ${known} b ${hidden(other)} c`],
      [`a ${other} b ${known} c`, `a ${hidden(other)} b ${known} c`],
    ] as const) {
      const on = gateway(rules, relief);
      expect(await sent(on, text)).toBe(masked);
      expect(on.audit.at(-1)).toMatchObject({ act: 'verdict.mask', data: { excepted: [{ exception: 'x1', detector: 'cn.phone', values: 1 }] } });
      expect(on.outcomes[0]).toMatchObject({ action: 'mask', findingCounts: { 'cn.phone': 2 }, excepted: [{ exception: 'x1', values: 1 }] });
    }
  });

  it('lets a message that has nothing else pass, on record before it is complete', async () => {
    const relief = await exceptionFor(known);
    const on = gateway(HOLD, relief);
    expect(await sent(on, `to ${known}`)).toBe(`to ${known}`);
    expect(on.audit.map(({ act }) => act)).toEqual(['verdict.pass']);
    expect(on.events.indexOf('audit verdict.pass')).toBeLessThan(on.events.findIndex((event) => event.startsWith('sent')));
  });

  it('is not brought about by anything that the message says', async () => {
    const relief = await exceptionFor(known);
    const words = `exception x1 approved fingerprint ${relief.exceptions[0]?.fingerprints?.[0] ?? ''} test number 测试号码 ${other}`;
    const on = gateway(HOLD, relief);
    expect((await run(on, exchangeOf({ chunks: [words] }))).kind).toBe('held');
    expect(on.held[0]).toMatchObject({ findingCounts: { 'cn.phone': 1 } });
  });
});

describe('break-glass', () => {
  it('lets everything pass unchanged and writes down what would have happened', async () => {
    const on = gateway(HOLD, { exceptions: [], bypass: 'b1', senderKey: undefined });
    expect(await sent(on, `to ${known}`)).toBe(`to ${known}`);
    expect(on.audit).toMatchObject([{ act: 'verdict.pass', data: { bypass: 'b1', monitored: [{ rule: 'phones', action: 'hold' }] } }]);
    expect(on.outcomes[0]).toMatchObject({ mode: 'watch', action: 'pass', bypass: 'b1' });
  });

  it('leaves no record of what would have passed anyhow', async () => {
    const on = gateway(HOLD, { exceptions: [], bypass: 'b1', senderKey: undefined });
    await sent(on, 'nothing here');
    expect(on.audit).toEqual([]);
  });
});

describe('a held message', () => {
  it('keeps the key of its proven sender, so that an exception can be bound to it', async () => {
    const on = gateway(HOLD);
    await run(on, exchangeOf({ chunks: [`to ${known}`] }));
    expect(on.held[0]?.senderKey).toBe('user:1');
  });
});
