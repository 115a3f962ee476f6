/** One crash, from an untroubled gateway to an untroubled gateway: sends, dies at the step's point, comes back, and tells which promises of law 8 are broken. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { arrivals, call, eventually, inTime, newest, ORPHANS_PASS, plantOrphan, rowOf, send, vaultIds, type Answer, type Lane, type Row } from './crash-lane.js';
import type { Step } from './crash-points.js';
import { inVault } from './kept-files.js';

const UNDER_WAY = new Set(['releasing', 'sending']);
const SHREDDED = new Set(['released', 'rejected', 'expired']);
const RETENTION_MS = 31 * 24 * 3_600_000;
/** Large enough for several chunks on every path, small enough for hundreds of runs. */
const FILLER = 'lorem ipsum dolor sit amet '.repeat(7_500);

interface Try {
  readonly lane: Lane;
  readonly step: Step;
  readonly marker: string;
  readonly body: string;
  readonly problems: string[];
  /** Newest messages before the step. */
  readonly before: ReadonlySet<string>;
}

export async function runStep(lane: Lane, step: Step): Promise<readonly string[]> {
  const marker = lane.marker();
  const ids = step.scenario === 'block' || step.scenario === 'block-away' ? [1, 2, 3] : [1];
  const body = `${marker}\n${ids.map(() => `身份证 ${lane.numbers.residentId()}`).join('\n')}\n${FILLER}`;
  const before = new Set((await newest(lane)).map(({ id }) => id));
  const one: Try = { lane, step, marker, body, problems: [], before };
  try {
    await SCENARIOS[step.scenario](one);
  } catch (thrown) {
    one.problems.push(`${String(thrown)}\n${lane.gateway.said().slice(-1_500)}`);
    // The next step needs a gateway whatever this one made of its own.
    await lane.gateway.kill();
    await lane.restart();
  }
  return one.problems;
}

const SCENARIOS: Readonly<Record<Step['scenario'], (one: Try) => Promise<void>>> = {
  hold: (one) => holding(one, '/hold'),
  async join(one) {
    const first = await heldNow(one, '/hold');
    const again = await dying(one, () => send(one.lane, '/hold', one.body));
    if (again !== undefined) expectEqual(one, 'the second incident', again.incident, first);
    await holdSettled(one, '/hold', again);
  },
  mask: (one) => forwarding(one, '/mail'),
  stream: (one) => forwarding(one, '/upload'),
  block: (one) => blocking(one),
  async 'block-away'(one) {
    // The journal takes over while the database is away.
    const { gateway } = one.lane;
    const blockedAway = (): Promise<Answer | undefined> => {
      gateway.killPostgres();
      return send(one.lane, '/mail', one.body);
    };
    if (one.step.point.startsWith('journal.drain')) {
      const answer = await blockedAway();
      await dying(one, async () => undefined);
      await blockSettled(one, answer);
    } else {
      // It is blocked again and again until the gateway is dead.
      if (one.step.kill === 'postgres') throw new Error('a step of block-away that waits for the journal has to kill the gateway: killing its database alone would never end');
      let isDead = false;
      void gateway.exited.then(() => (isDead = true));
      await blockSettled(one, await dying(one, async () => {
        for (;;) {
          const answer = await blockedAway();
          if (answer === undefined || isDead) return answer;
          // On a slow machine the database was back before the verdict was: told and on record, and the journal not asked.
          await blockSettled(one, answer);
        }
      }));
    }
  },
  release: (one) => releasing(one, 'original'),
  'release-masked': (one) => releasing(one, 'masked'),
  'release-put': (one) => releasing(one, 'original', 'PUT'),
  resubmit: (one) => resubmitting(one),
  reject: (one) => rejecting(one),
  settle: (one) => settling(one),
  alert: (one) => alerting(one),
  sweep: (one) => sweeping(one),
  lost: (one) => losing(one),
  expire: (one) => expiring(one),
};

// ---------------------------------------------------------------- dying

/** Arms, acts, waits for the death and brings everything back up. Answers what the act came to, where anyone still learned it. */
async function dying<T>(one: Try, act: () => Promise<T | undefined>): Promise<T | undefined> {
  const { lane, step } = one;
  const { gateway } = lane;
  const order = { point: step.point, nth: step.nth, kill: step.kill, delayMs: step.delayMs, from: step.from };
  if (step.point === 'received') {
    let go = (): void => undefined;
    lane.upstream.next({ delay: new Promise<void>((resolve) => (go = resolve)) });
    const count = lane.upstream.started + 1;
    const acting = act();
    await lane.upstream.reached(count);
    await eventually('the whole request at its destination', () => (arrivals(lane, one.marker) > 0 ? true : undefined));
    await killFromOutside(one);
    go();
    const answer = await acting.catch(() => undefined);
    await lane.restart();
    return answer;
  }
  if (step.point === 'answered') {
    const answer = await act();
    await killFromOutside(one);
    await lane.restart();
    return answer;
  }
  gateway.arm(order);
  const acting = act().catch(() => undefined);
  const reached = await within(one, step.kill === 'postgres' ? gateway.hit : gateway.exited);
  if (!reached) {
    one.problems.push(`the point was not reached\n${gateway.said().slice(-1_500)}`);
    await gateway.kill();
  }
  const answer = await acting;
  if (step.kill !== 'postgres' || !reached) await lane.restart();
  else {
    await eventually('a ready gateway', async () => ((await fetch(`${gateway.adminUrl}/readyz?for=hold`)).ok ? true : undefined));
    lane.advance(3 * 60_000);
  }
  return answer;
}

async function killFromOutside({ lane, step }: Try): Promise<void> {
  if (step.kill === 'both') {
    lane.gateway.killPostgres();
    // It does what it is told in order: an answer to this says that the database is dead.
    await lane.gateway.reached();
  }
  await lane.gateway.kill();
}

async function within({ lane, step }: Try, event: Promise<void>): Promise<boolean> {
  let won = false;
  void event.then(() => (won = true));
  const look = (): true | undefined => won || undefined;
  // A release has a lease, which a clock that is moved on would end.
  return await (step.scenario === 'reject' ? inTime(lane, 'the point', look) : eventually('the point', look)).catch(() => false);
}

// ---------------------------------------------------------------- scenarios

async function holding(one: Try, path: string): Promise<void> {
  const answer = await dying(one, () => send(one.lane, path, one.body));
  await holdSettled(one, path, answer);
}

/** Answered: it is there. Unanswered or refused: the sender's own retry is held, and there is still only one. */
async function holdSettled(one: Try, path: string, answer: Answer | undefined): Promise<void> {
  const { lane } = one;
  if (answer !== undefined && answer.status !== 202 && answer.status !== 503) one.problems.push(`answered ${answer.status}`);
  if (answer?.status === 202) await expectHeld(one, answer.incident);
  const again = await send(lane, path, one.body);
  expectEqual(one, "the retry's answer", again?.status, 202);
  await expectHeld(one, again?.incident);
  if (answer?.status === 202) expectEqual(one, "the retry's incident", again?.incident, answer.incident);
  expectEqual(one, 'messages', (await mine(one)).length, 1);
  expectEqual(one, 'arrivals', arrivals(lane, one.marker), 0);
}

async function forwarding(one: Try, path: string): Promise<void> {
  const { lane } = one;
  const answer = await dying(one, () => send(lane, path, one.body));
  const arrived = arrivals(lane, one.marker);
  if (answer !== undefined && answer.status < 300) expectEqual(one, 'arrivals of what was answered 2xx', arrived, 1);
  if (arrived > 1) one.problems.push(`${arrived} arrivals of one request`);
  if (answer !== undefined) return;
  const again = await send(lane, path, one.body);
  expectEqual(one, "the retry's answer", again?.status, 200);
  expectEqual(one, 'arrivals after the retry', arrivals(lane, one.marker), arrived + 1);
  expectEqual(one, 'messages', (await mine(one)).length, 0);
}

async function blocking(one: Try): Promise<void> {
  await blockSettled(one, await dying(one, () => send(one.lane, '/mail', one.body)));
}

/** What a sender was told is on record. */
async function blockSettled(one: Try, answer: Answer | undefined): Promise<void> {
  const { lane } = one;
  expectEqual(one, 'arrivals', arrivals(lane, one.marker), 0);
  if (answer === undefined) {
    expectEqual(one, "the retry's answer", (await send(lane, '/mail', one.body))?.status, 403);
    return;
  }
  expectEqual(one, 'the answer', answer.status, 403);
  if (answer.incident === undefined) one.problems.push('blocked without an incident');
  else lane.promised.push({ act: 'verdict.block', subject: answer.incident });
}

async function releasing(one: Try, as: 'original' | 'masked', method = 'POST'): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/hold', method);
  const decide = (): Promise<{ state: string } | undefined> => call(lane, 'POST', `/messages/${id}/release`, { as, reason: 'a test' });
  const told = await dying(one, decide);
  const row = await rowOf(lane, id);
  if (told !== undefined && row.state === 'held') one.problems.push('a decision that was answered is gone');
  if (row.state === 'held') await eventually('a decision', decide);
  await releaseSettled(one, id, as, method);
}

/** Released means arrived once; twice, or not known, means `uncertain`, which a person settles. */
async function releaseSettled(one: Try, id: string, as: 'original' | 'masked', method: string): Promise<void> {
  const { lane } = one;
  let row = await atRest(one, id);
  const repeatable = method === 'PUT';
  const arrived = arrivals(lane, one.marker);
  if (row.state === 'uncertain') {
    if (repeatable) one.problems.push('uncertain, though the method may be repeated');
    if (arrived > 1) one.problems.push(`${arrived} arrivals`);
    if (!inVault(lane.dataDir, id)) one.problems.push('uncertain, and gone from the vault');
    await call(lane, 'POST', `/messages/${id}/settle`, { outcome: arrived === 1 ? 'arrived' : 'retry', reason: 'looked there' });
    row = await atRest(one, id);
  }
  expectEqual(one, 'the state at last', row.state, 'released');
  const last = arrivals(lane, one.marker);
  if (repeatable ? last < 1 || last > 2 : last !== 1) one.problems.push(`${last} arrivals of a released message`);
  const found = lane.upstream.requests.find(({ complete, body }) => complete && body.includes(one.marker));
  const original = Buffer.from(one.body);
  if (as === 'original' && found?.body.equals(original) !== true) one.problems.push('it arrived changed');
  if (as === 'masked' && (found?.body.equals(original) !== false || found.bytes !== original.length)) one.problems.push('it arrived unmasked or with another length');
  await expectDestroyed(one, id);
}

async function resubmitting(one: Try): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/resubmit', 'POST', 403);
  await call(lane, 'POST', `/messages/${id}/release`, { as: 'original', reason: 'a test' });
  expectEqual(one, 'the state', (await atRest(one, id)).state, 'released');
  const answer = await dying(one, () => send(lane, '/resubmit', one.body));
  const arrived = arrivals(lane, one.marker);
  if (answer?.status === 200) expectEqual(one, 'arrivals', arrived, 1);
  if (answer !== undefined) return;
  // The permit was for one time: the sender's retry passes with it, or is held anew.
  const again = await send(lane, '/resubmit', one.body);
  if (again?.status === 200) expectEqual(one, 'arrivals after the retry', arrivals(lane, one.marker), arrived + 1);
  else {
    expectEqual(one, "the retry's answer", again?.status, 403);
    await expectHeld(one, again?.incident);
  }
}

async function rejecting(one: Try): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/hold');
  const decide = (): Promise<{ state: string } | undefined> => call(lane, 'POST', `/messages/${id}/reject`, { reason: 'a test' });
  const told = await dying(one, decide);
  const row = await rowOf(lane, id);
  if (told !== undefined && row.state !== 'rejected') one.problems.push('a decision that was answered is gone');
  if (row.state === 'held') {
    if (!inVault(lane.dataDir, id)) one.problems.push('held, and gone from the vault');
    await eventually('a decision', decide);
  }
  expectEqual(one, 'arrivals', arrivals(lane, one.marker), 0);
  await expectDestroyed(one, id);
}

async function settling(one: Try): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/hold');
  lane.upstream.next({ reset: 'body' });
  await call(lane, 'POST', `/messages/${id}/release`, { as: 'original', reason: 'a test' });
  expectEqual(one, 'the state', (await atRest(one, id)).state, 'uncertain');
  const decide = (): Promise<{ state: string } | undefined> => call(lane, 'POST', `/messages/${id}/settle`, { outcome: 'arrived', reason: 'seen there' });
  const told = await dying(one, decide);
  const row = await rowOf(lane, id);
  if (told !== undefined && row.state === 'uncertain') one.problems.push('a decision that was answered is gone');
  if (row.state === 'uncertain') await eventually('a decision', decide);
  expectEqual(one, 'arrivals', arrivals(lane, one.marker), 1);
  await expectDestroyed(one, id);
}

async function alerting(one: Try): Promise<void> {
  const { lane } = one;
  if (one.step.point.startsWith('alert-deliveries.again')) lane.receiver.next({ status: 500 });
  const answer = await dying(one, () => send(lane, '/alert', one.body));
  const held = answer ?? (await send(lane, '/alert', one.body));
  const incident = held?.incident;
  await expectHeld(one, incident);
  await eventually('the alert', () => (lane.receiver.requests.some(({ body }) => incident !== undefined && body.includes(incident)) ? true : undefined));
}

async function sweeping(one: Try): Promise<void> {
  const { lane } = one;
  const orphan = plantOrphan(lane);
  let isDead = false;
  void lane.gateway.exited.then(() => (isDead = true));
  await dying(one, () => inTime(lane, 'a death while orphans are swept', () => isDead || undefined, ORPHANS_PASS));
  await inTime(lane, 'the end of an orphan', () => (vaultIds(lane).has(orphan) ? undefined : true), ORPHANS_PASS);
  lane.promised.push({ act: 'vault.orphan-destroyed', subject: orphan });
}

async function losing(one: Try): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/hold');
  await dying(one, async () => {
    for (const kind of ['key', 'body']) rmSync(join(lane.dataDir, 'vault', `${id}.${kind}`), { force: true });
    return undefined;
  });
  const row = await eventually('a message that says so', async () => {
    const now = await rowOf(lane, id);
    return now.state === 'held' ? undefined : now;
  });
  expectEqual(one, 'the state', `${row.state} ${row.lastError ?? ''}`, 'failed vault-missing');
}

async function expiring(one: Try): Promise<void> {
  const { lane } = one;
  const id = await heldNow(one, '/hold');
  const warns = one.step.point.startsWith('expiry.warn');
  await dying(one, async () => {
    lane.advance(warns ? RETENTION_MS * 0.55 : RETENTION_MS);
    return undefined;
  });
  if (warns) {
    await expectHeld(one, id);
    return;
  }
  lane.advance(RETENTION_MS);
  const row = await eventually('an expired message', async () => {
    const now = await rowOf(lane, id);
    return now.state === 'held' ? undefined : now;
  });
  expectEqual(one, 'how it ended', `${row.state} ${row.decision?.kind ?? ''}`, 'expired expire');
  await expectDestroyed(one, id);
}

// ---------------------------------------------------------------- what must be true

async function heldNow(one: Try, path: string, method = 'POST', status = 202): Promise<string> {
  const answer = await send(one.lane, path, one.body, { method });
  if (answer?.status !== status || answer.incident === undefined) throw new Error(`not held: ${String(answer?.status)}`);
  return answer.incident;
}

/** Where the database died under a release the carrier may have lost it: handed over anew after a minute. */
function atRest({ lane, step }: Try, id: string): Promise<Row> {
  const what = `the end of a release (${id})`;
  const look = async (): Promise<Row | undefined> => {
    const row = await rowOf(lane, id);
    return UNDER_WAY.has(row.state) ? undefined : row;
  };
  return step.kill === 'postgres' ? inTime(lane, what, look) : eventually(what, look);
}

async function expectHeld(one: Try, id: string | undefined): Promise<void> {
  if (id === undefined) {
    one.problems.push('held without an incident');
    return;
  }
  const row = await rowOf(one.lane, id);
  expectEqual(one, 'the state', row.state, 'held');
  if (!inVault(one.lane.dataDir, id)) one.problems.push('held, and not in the vault');
}

/** Ended by a decision: the vault has nothing of it any more, and the audit says so. */
async function expectDestroyed(one: Try, id: string): Promise<void> {
  const row = await rowOf(one.lane, id);
  if (!SHREDDED.has(row.state) || row.decision === undefined) one.problems.push(`not ended by a decision: ${row.state}`);
  await inTime(one.lane, 'an empty place in the vault', () => (vaultIds(one.lane).has(id) ? undefined : true));
  one.lane.promised.push({ act: 'vault.destroyed', subject: id });
}

async function mine(one: Try): Promise<readonly Row[]> {
  return (await newest(one.lane)).filter(({ id }) => !one.before.has(id));
}

function expectEqual(one: Try, what: string, seen: unknown, wanted: unknown): void {
  if (seen !== wanted) one.problems.push(`${what}: ${String(seen)} instead of ${String(wanted)}`);
}
