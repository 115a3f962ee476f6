/** config/default.yaml does what the first curl lines show, in the modes it promises (HC 1, HC 38). */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../config/load.js';
import { compilePolicies } from '../../gateway/policy/compile.js';
import type { Plan, Sniffed } from '../../gateway/ports.js';
import { evidence, facts, found, nothing, sniffed, unread } from '../gateway/policy/kit.js';

const loaded = loadConfig(join(import.meta.dirname, '../../config/default.yaml'), {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const policies = compilePolicies(loaded.config, loaded.revision);

const planFor = (route: string, over: Partial<Sniffed> = {}, head = nothing): Plan => {
  const policy = policies.get(route);
  if (policy === undefined) throw new Error(`no policy for ${route}`);
  return policy.plan(facts({ route }), sniffed(over), head);
};
const action = (route: string, ...classes: ReturnType<typeof found>[]): string => planFor(route).decide(evidence(classes)).action;

describe('/upload', () => {
  it.each(['json', 'text', 'form'])('streams %s', (syntax) => expect(planFor('upload', { syntax }).mode).toBe('stream'));

  it('holds multipart, signed bodies, unknown kinds, and numbers in a name, until they are read to the end', () => {
    expect(planFor('upload', { syntax: 'multipart', container: true }).mode).toBe('hold');
    expect(planFor('upload', { maskable: false }).mode).toBe('hold');
    expect(planFor('upload', { syntax: 'unknown', unscannable: [unread('unsupported')] }).mode).toBe('hold');
    expect(planFor('upload', {}, evidence([found('cn.phone', 1, { where: 'head', maskable: false })])).mode).toBe('hold');
  });

  it('masks all three, however many', () => {
    expect([action('upload', found('cn.phone', 500)), action('upload', found('cn.resident-id', 5)), action('upload', found('bank-card', 5)), action('upload')]).toEqual(['mask', 'mask', 'mask', 'pass']);
  });

  it('aborts on what cannot be read', () => expect(planFor('upload').aborts('malformed')).toBe(true));
});

describe('/mail', () => {
  it('is held until it is read', () => expect(planFor('mail').mode).toBe('hold'));

  it('masks, and blocks at three or more distinct resident IDs or cards together', () => {
    expect(action('mail', found('cn.resident-id', 1), found('bank-card', 1))).toBe('mask');
    expect(action('mail', found('cn.resident-id', 2), found('bank-card', 1))).toBe('block');
    expect(action('mail', found('cn.resident-id', 2, { count: 30 }))).toBe('mask');
  });
});

describe('mail over SMTP', () => {
  it('is judged as mail of the web API is, with one verdict for all it goes to', () => {
    expect([action('smtp', found('cn.resident-id', 1)), action('smtp', found('bank-card', 3)), action('smtp', found('cn.phone', 50)), action('smtp')]).toEqual(['mask', 'block', 'hold', 'pass']);
    const to = ['a@corp.example', 'b@outside.example'];
    expect(policies.get('smtp')?.groups?.(facts({ channel: 'smtp', recipients: to, mail: { listener: 'mail', headerSenders: [], recipientCount: 2, attachments: [] } }), to)).toEqual([[0, 1]]);
    expect(planFor('smtp', { syntax: 'message', container: true }).mode).toBe('hold');
  });
});

describe('/share', () => {
  it('holds any resident ID or card', () => {
    expect([action('share', found('cn.resident-id', 1)), action('share', found('bank-card', 1)), planFor('share').mode]).toEqual(['hold', 'hold', 'hold']);
  });
});

it.each(['mail', 'share'])('phones alone never block on /%s: below fifty they are masked, from fifty on held', (route) => {
  expect([action(route, found('cn.phone', 49)), action(route, found('cn.phone', 50)), action(route, found('cn.phone', 9999))]).toEqual(['mask', 'hold', 'hold']);
});

it.each(['upload', 'mail', 'smtp', 'share'])('what cannot be read is held on /%s', (route) => {
  expect(planFor(route).decide(evidence([], ['encrypted']))).toMatchObject({ action: 'hold', rule: 'default' });
});

describe('pictures, sound and film', () => {
  const unreadOf = (...sizes: readonly number[]): ReturnType<typeof evidence> => ({ classes: [], unscannable: sizes.map((bytes, i) => ({ part: `body/${i}`, reason: 'no-text', bytes, detail: 'png' })) });

  it.each(['upload', 'mail', 'share'])('pass on /%s up to 20 MiB taken together, by a rule of their own, and are held beyond', (route) => {
    const decide = (...sizes: readonly number[]) => planFor(route, { container: true }).decide(unreadOf(...sizes));
    expect(decide(2 ** 20, 19 * 2 ** 20)).toMatchObject({ action: 'pass', rule: 'pictures' });
    expect(decide(2 ** 20, 19 * 2 ** 20, 1)).toMatchObject({ action: 'hold', rule: 'default' });
    expect(planFor(route, { container: true }).mode).toBe('hold');
  });

  it('take nothing else with them', () => {
    const mixed = { classes: [found('bank-card', 1)], unscannable: [...unreadOf(5).unscannable, unread('unsupported')] };
    expect(planFor('share').decide(mixed)).toMatchObject({ action: 'hold' });
    expect(planFor('upload').decide({ ...mixed, unscannable: unreadOf(5).unscannable })).toMatchObject({ action: 'mask' });
    expect(planFor('upload').decide({ classes: [], unscannable: mixed.unscannable })).toMatchObject({ action: 'hold', rule: 'default' });
  });
});
