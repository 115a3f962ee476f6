/** One mail from its first byte to its answer: what is kept, what leaves, in which order, and what the client is told (HC 25). */
import { describe, it, expect } from '@jest/globals';
import { BESIDE_FROM, type ExchangeId, type MailEnded } from '../../gateway/ports.js';
import { numberSource } from '../kit/numbers.js';
import { mailStand, PLAIN, recipient, type World } from './mail-kit.js';

const numbers = numberSource(7_101);
const ID = numbers.residentId();
const WITH_ID = PLAIN.replace('hello', `card ${ID} end`);
/** `held@…` is held, and so on. */
const byName: World['verdictOf'] = (address) => (['hold', 'block', 'mask'] as const).find((action) => address.startsWith(action)) ?? 'pass';
const byDomain: World['hopOf'] = (address) => address.split('@')[1] ?? '';
const world = (more: Partial<World> = {}): World => ({ verdictOf: byName, hopOf: byDomain, ...more });
const told = (ended: MailEnded): unknown => (ended.kind === 'refused' ? ended.reply.code : ended.kind === 'failed' ? ended.error.code : ended.kind);

describe('what leaves', () => {
  it('is the same bytes behind a Received field where policy lets a mail pass, and nothing is kept or written of it', async () => {
    const stand = mailStand(world());
    const ended = await stand.run({ to: ['a@x.example', 'b@x.example', 'c@y.example'] });
    ended.close(250);
    expect(ended).toMatchObject({ kind: 'accepted', incident: undefined });
    expect(stand.sent.map(({ hop, to, body, of }) => [hop, to, body, of.changed])).toEqual([
      ['x.example', ['a@x.example', 'b@x.example'], `Received: from here\r\n${PLAIN}`, false],
      ['y.example', ['c@y.example'], `Received: from here\r\n${PLAIN}`, false],
    ]);
    expect([stand.kept.size, stand.fates.size, stand.base.audit.length, stand.base.open()]).toEqual([0, 0, 0, 0]);
    expect(stand.base.outcomes).toMatchObject([{ channel: 'smtp', action: 'pass', mode: 'hold', status: 250, bytes: PLAIN.length }]);
    expect([...stand.counted]).toEqual([['delivered', 3]]);
  });

  it('is masked in place for those whose rule masks, and untouched for the others', async () => {
    const stand = mailStand(world());
    await stand.run({ to: ['a@x.example', 'mask@x.example'], body: WITH_ID });
    const masked = `${ID.slice(0, 1)}${'*'.repeat(16)}${ID.slice(-1)}`;
    expect(stand.sent.map(({ to, body, of }) => [to, body.includes(ID), body.includes(masked), of.changed, of.signAs])).toEqual([
      [['a@x.example'], true, false, false, 'corp.example'],
      [['mask@x.example'], false, true, true, 'corp.example'],
    ]);
    expect(stand.sent[1]?.body.length).toBe(stand.sent[0]?.body.length);
    expect(stand.base.audit.map(({ act }) => act)).toEqual(['verdict.mask']);
    expect(stand.base.outcomes).toEqual([]);
  });

  it('is nothing where a mail has passed more than fifty servers', async () => {
    const stand = mailStand(world());
    const looping = `${'Received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000\r\n'.repeat(51)}${PLAIN}`;
    expect(told(await stand.run({ body: looping }))).toBe('mail-loop');
    expect([stand.sent.length, stand.kept.size, stand.base.open()]).toEqual([0, 0, 0]);
    const long = mailStand(world());
    expect(told(await long.run({ body: looping.slice(looping.indexOf('\n') + 1) }))).toBe('accepted');
  });

  it('is nothing where the client left before its last byte, or the deadline passed while the mail was read', async () => {
    const left = mailStand(world());
    const { WeirError } = await import('../../gateway/errors.js');
    expect(told(await left.run({ failure: new WeirError('client-aborted') }))).toBe('client-aborted');
    const late = mailStand(world());
    expect(told(await late.run({ signal: AbortSignal.abort() }))).toBe('mail-deadline');
    expect([left.sent.length, left.base.open(), late.sent.length, late.base.open()]).toEqual([0, 0, 0, 0]);
  });
});

describe('what is held', () => {
  it('is sealed with its envelope before the client hears of it, and told by its incident', async () => {
    const stand = mailStand(world({ tellHeld: true }));
    const ended = await stand.run({ to: ['hold@x.example', recipient('hold2@y.example', { notify: ['NEVER'], orcpt: 'rfc822;h@y' })], body: WITH_ID });
    expect(ended).toMatchObject({ kind: 'accepted', incident: 'wMAIL' });
    expect([stand.sent.length, stand.kept.size]).toEqual([0, 1]);
    const kept = stand.kept.get('wMAIL');
    expect(kept?.how).toMatchObject({ tell: true, recipients: [{ n: 0, address: 'h***@x.example', fate: 'held', hop: 'x.example' }, { n: 1, fate: 'held' }] });
    expect(kept?.how.relay).toBeUndefined();
    expect(kept?.head?.mail).toMatchObject({ from: { address: 'zhang@corp.example' }, recipients: [{ address: 'hold@x.example' }, { address: 'hold2@y.example', notify: ['NEVER'], orcpt: 'rfc822;h@y' }], received: 'Received: from here\r\n', listener: 'mail' });
    expect(kept?.body).toBe(WITH_ID);
    expect(JSON.stringify(kept?.message)).not.toContain(ID);
    expect(kept?.message).toMatchObject({ subject: 'plan', sender: 'z***@corp.example', channel: 'smtp', findingCounts: { 'cn.resident-id': 1 } });
    ended.close(250);
    await Promise.resolve();
    expect(stand.confirmed).toEqual(['wMAIL']);
  });

  it('comes first: others get theirs only afterwards, and a retry joins', async () => {
    const stand = mailStand(world());
    const ended = await stand.run({ to: ['a@x.example', 'hold@x.example'] });
    expect(ended).toMatchObject({ kind: 'accepted', incident: 'wMAIL' });
    const [kept, sent] = [stand.base.events.indexOf('kept held'), stand.base.events.indexOf('send x.example')];
    expect(kept).toBeGreaterThanOrEqual(0);
    expect(sent).toBeGreaterThan(kept);
    expect(stand.fates.get('wMAIL')).toMatchObject([{ n: BESIDE_FROM, address: 'a***@x.example', fate: 'delivered' }]);
    const again = mailStand(world({ joins: 'wOLD' as ExchangeId }));
    expect(await again.run({ to: ['a@x.example', 'hold@x.example'] })).toMatchObject({ kind: 'accepted', incident: 'wOLD' });
    expect([again.kept.size, again.sent.length]).toEqual([0, 1]);
    expect(again.base.audit).toMatchObject([{ act: 'verdict.hold', data: { incident: 'wOLD' } }]);
  });

  it('counts as accepted: whoever a next hop does not take now is relayed, whoever it refuses is reported', async () => {
    const stand = mailStand(world({ answers: { 'x.example': { kind: 'replied', code: 451 }, 'y.example': { kind: 'replied', code: 550 } } }));
    expect(told(await stand.run({ to: ['hold@z.example', 'a@x.example', 'b@y.example'] }))).toBe('accepted');
    const relayed = [...stand.kept.values()].find(({ how, message }) => how.relay !== undefined && message.kind !== 'notice');
    expect(relayed?.how).toMatchObject({ relay: { as: 'original' }, recipients: [{ address: 'a***@x.example', fate: 'relaying' }] });
    expect(relayed?.body).toBe(PLAIN);
    expect(stand.reported).toMatchObject([{ kind: 'failed', incident: 'wMAIL', recipients: [{ recipient: { address: 'b@y.example' }, reply: { code: 550 } }] }]);
    expect([...stand.counted]).toEqual(expect.arrayContaining([['relaying', 1], ['held', 1], ['refused', 1]]));
  });

  it('is another mail where DSN parameters say something else: the permit for one is none for the other', async () => {
    const seen = async (mail: Parameters<ReturnType<typeof mailStand>['run']>[0]): Promise<unknown> => {
      const stand = mailStand(world());
      await stand.run({ to: ['hold@x.example'], ...mail });
      return stand.kept.get('wMAIL')?.message.permitFingerprint;
    };
    expect(await seen({})).toBe(await seen({}));
    const all = await Promise.all([seen({}), seen({ envid: 'a' }), seen({ to: [recipient('hold@x.example', { orcpt: 'rfc822;b@x.example' })] })]);
    expect(new Set(all).size).toBe(3);
  });

  it('passes once for the permit that a release has left', async () => {
    const stand = mailStand(world({ permits: true }));
    expect(await stand.run({ to: ['hold@x.example'] })).toMatchObject({ kind: 'accepted', incident: undefined, verdict: { action: 'pass', rule: 'permit' } });
    expect([stand.kept.size, stand.sent.length, stand.sent[0]?.of.incident]).toEqual([0, 1, 'wMAIL']);
  });

  it.each([
    ['taken', { kind: 'replied', code: 250 }, 0],
    ['put off', { kind: 'replied', code: 451 }, 1],
    ['refused', { kind: 'replied', code: 550 }, 1],
    ['broken off before its end', { kind: 'broken', complete: false }, 1],
    ['broken off behind its end', { kind: 'broken', complete: true }, 0],
    ['lost by whoever sent it', { kind: 'throws' }, 0],
  ] as const)('gets its permit back where it is %s only if nobody can have it', async (_what, only, times) => {
    const stand = mailStand(world({ permits: true, answers: { 'x.example': only } }));
    await stand.run({ to: ['hold@x.example'] });
    expect(stand.base.events.filter((event) => event === 'permit back')).toHaveLength(times);
  });

  it('gets the permits back of groups that a refusal to another left unsent, and not where somebody brings it later', async () => {
    const backs = async (code: number, first: string): Promise<number> => {
      const hopOf = (address: string): string => (address.startsWith('hold') ? 'held' : 'rest');
      const stand = mailStand(world({ permits: true, hopOf, answers: { [first]: { kind: 'replied', code } } }));
      await stand.run({ to: ['pass@x.example', 'hold@x.example'] });
      return stand.base.events.filter((event) => event === 'permit back').length;
    };
    expect([await backs(451, 'rest'), await backs(451, 'held'), await backs(550, 'held')]).toEqual([1, 0, 1]);
  });
});

describe('what is blocked', () => {
  it('is refused with an incident where it is for nobody else', async () => {
    const stand = mailStand(world());
    expect(await stand.run({ to: ['block@x.example', 'block2@y.example'] })).toMatchObject({ kind: 'blocked', incident: 'wMAIL' });
    expect([stand.sent.length, stand.kept.size, stand.reported.length]).toEqual([0, 0, 0]);
    expect(stand.base.events).toContain('alert block');
    expect(stand.fates.get('wMAIL')).toMatchObject([{ fate: 'blocked' }, { fate: 'blocked' }]);
  });

  it('is reported to the sender beside what passes: kept before, and withdrawn where nothing was taken', async () => {
    const stand = mailStand(world());
    const ended = await stand.run({ to: ['block@x.example', 'a@x.example'] });
    expect(ended).toMatchObject({ kind: 'accepted', incident: undefined, verdict: { action: 'block' } });
    expect(stand.reported).toMatchObject([{ kind: 'failed', recipients: [{ recipient: { address: 'block@x.example' }, reply: undefined }] }]);
    expect(stand.base.events.indexOf('kept notice')).toBeLessThan(stand.base.events.indexOf('send x.example'));
    expect(stand.fates.get('wMAIL')).toMatchObject([{ fate: 'blocked' }, { fate: 'delivered' }]);
    const refused = mailStand(world({ answers: { 'x.example': { kind: 'replied', code: 552 } } }));
    expect(told(await refused.run({ to: ['block@x.example', 'a@x.example'] }))).toBe(552);
    expect([refused.kept.size, refused.withdrawn.length]).toEqual([0, 1]);
  });

  it('is told to nobody where the sender is null, or wants to hear of nothing', async () => {
    for (const given of [{ from: '', to: ['block@x.example', 'a@x.example'] }, { to: [recipient('block@x.example', { notify: ['NEVER'] }), 'a@x.example'] }]) {
      const stand = mailStand(world());
      expect(told(await stand.run(given))).toBe('accepted');
      expect([stand.kept.size, stand.reported.length, stand.sent.length]).toEqual([0, 0, 1]);
    }
  });
});

describe('what next hops say', () => {
  it('is the answer where nobody has taken anything yet, and nothing else is sent', async () => {
    const answers: NonNullable<World['answers']> = { 'x.example': { kind: 'replied', code: 451 } };
    const stand = mailStand(world({ answers }));
    expect(told(await stand.run({ to: ['a@x.example', 'b@y.example'] }))).toBe(451);
    expect([stand.sent.map(({ hop }) => hop), stand.kept.size]).toEqual([['x.example'], 0]);
    const broken = mailStand(world({ answers: { 'x.example': { kind: 'broken', complete: true } } }));
    expect(told(await broken.run({ to: ['a@x.example', 'b@y.example'] }))).toBe('upstream-reset');
    expect(broken.sent.map(({ hop }) => hop)).toEqual(['x.example']);
  });

  it('is seen to by us where somebody has it: relayed as policy let it go, with what was refused by itself', async () => {
    const stand = mailStand(world({ answers: { 'x.example': { kind: 'replied', code: 250, refused: { mask2: 450, mask3: 550 } }, 'y.example': { kind: 'broken', complete: false } } }));
    expect(told(await stand.run({ to: ['mask1@x.example', 'mask2@x.example', 'mask3@x.example', 'mask4@y.example'], body: WITH_ID }))).toBe('accepted');
    const relayed = [...stand.kept.values()].filter(({ message }) => message.kind !== 'notice');
    expect(relayed.map(({ how }) => how.recipients.map(({ address }) => address))).toEqual([['m***@x.example', 'm***@y.example']]);
    expect(relayed[0]?.how.relay).toEqual({ as: 'masked' });
    expect([relayed[0]?.body?.includes(ID), relayed[0]?.head?.editsLength, relayed[0]?.head?.mail?.recipients.map(({ address }) => address)]).toEqual([false, 0, ['mask2@x.example', 'mask4@y.example']]);
    expect(stand.reported).toMatchObject([{ recipients: [{ recipient: { address: 'mask3@x.example' } }] }]);
    expect([...stand.copies]).toEqual([['mask1@x.example', 1]]);
  });
});

describe('what goes wrong here', () => {
  it('leaves nothing behind that nobody decided about, and the client keeps its mail', async () => {
    for (const call of ['seal', 'keep', 'join', 'permit'] as const) {
      const stand = mailStand(world({ fails: { call, nth: 1, how: 'unavailable' } }));
      expect(told(await stand.run({ to: ['hold@x.example', 'a@x.example'] }))).toBe('hold-unavailable');
      expect([call, stand.sent.length, stand.kept.size, stand.base.open()]).toEqual([call, 0, 0, 0]);
    }
    const full = mailStand(world({ fails: { call: 'seal', nth: 1, how: 'full' } }));
    expect(told(await full.run({ to: ['hold@x.example'] }))).toBe('vault-full');
    const doubted = mailStand(world({ fails: { call: 'keep', nth: 1, how: 'in-doubt' } }));
    expect(told(await doubted.run({ to: ['hold@x.example'] }))).toBe('hold-unavailable');
    expect(doubted.withdrawn).toEqual(['wMAIL']);
  });

  it('does not undo an answer: rows that could not be written are said in the log', async () => {
    const stand = mailStand(world({ fails: { call: 'fates', nth: 1, how: 'unavailable' } }));
    expect(told(await stand.run({ to: ['mask@x.example'], body: WITH_ID }))).toBe('accepted');
    expect(stand.base.events).toContain('warn mail.fates-not-written');
  });

  it('is withdrawn where the client was told no after all', async () => {
    const stand = mailStand(world());
    const ended = await stand.run({ to: ['hold@x.example'] });
    ended.close(451);
    await new Promise((resolve) => setImmediate(resolve));
    expect([stand.withdrawn, stand.confirmed]).toEqual([['wMAIL'], []]);
    const silent = mailStand(world());
    (await silent.run({ to: ['hold@x.example'] })).close(undefined);
    expect([silent.withdrawn, silent.confirmed]).toEqual([[], []]);
  });
});

describe('addresses', () => {
  it('are scanned as part of the head, but for numbers that are an address by themselves', async () => {
    const phone = numbers.phone();
    const counts = async (to: string, body = PLAIN): Promise<unknown> => {
      const stand = mailStand({ verdictOf: () => 'hold' });
      await stand.run({ to: [to], body });
      return stand.kept.get('wMAIL')?.message.findingCounts;
    };
    expect(await counts(`${phone}@139.example`, PLAIN.replace('li@far.example', `${phone}@139.example`))).toEqual({});
    expect(await counts(`li@${ID}.example`)).toEqual({ 'cn.resident-id': 1 });
    expect(await counts('li@far.example', PLAIN.replace('plan', phone))).toEqual({ 'cn.phone': 1 });
    expect(await counts(`${ID}@far.example`)).toEqual({ 'cn.resident-id': 1 });
  });

  it('are a list of numbers where more of them are numbers than one person writes to', async () => {
    const phones = [...new Set(Array.from({ length: 21 }, () => numbers.phone()))];
    const counts = async (to: readonly string[]): Promise<unknown> => {
      const stand = mailStand({ verdictOf: () => 'hold' });
      await stand.run({ to: to.map((phone) => `${phone}@far.example`) });
      return stand.kept.get('wMAIL')?.message.findingCounts;
    };
    expect(await counts(phones.slice(0, 20))).toEqual({});
    expect(await counts(phones)).toEqual({ 'cn.phone': phones.length });
  });

  it('take along no number in the words of DSN parameters', async () => {
    const [phone, other] = [numbers.phone(), numbers.phone()];
    const coded = other.replace(/\d/g, (digit) => `+3${digit}`);
    const counts = async (mail: Parameters<ReturnType<typeof mailStand>['run']>[0]): Promise<unknown> => {
      const stand = mailStand({ verdictOf: () => 'hold' });
      await stand.run(mail);
      return stand.kept.get('wMAIL')?.message.findingCounts;
    };
    const to = `${phone}@139.example`;
    expect(await counts({ to: [recipient(to, { orcpt: `rfc822;${to}` })] })).toEqual({});
    expect(await counts({ to: [recipient(to, { orcpt: `rfc822;${other}@139.example` })] })).toEqual({ 'cn.phone': 1 });
    expect(await counts({ to: [recipient(to, { orcpt: `x;${coded}` })] })).toEqual({ 'cn.phone': 1 });
    expect(await counts({ to: [to], envid: coded })).toEqual({ 'cn.phone': 1 });
  });
});
