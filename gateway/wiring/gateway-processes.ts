/** Traffic carried by several processes below this one: one listening port, one policy, one set of figures. */
import { createServer, type AddressInfo } from 'node:net';
import { compilePolicies } from '../policy/compile.js';
import type { Clock, Health, Log } from '../ports.js';
import { AskFailed, type Asker } from './asking.js';
import { forkGateway } from './cluster-child.js';
import type { ComponentAnswer, GatewayPlan, GatewayQuestions, HeldNotice, InForce } from './gateway-plan.js';
import { gatewaySlot, type GatewayChild, type GatewaySlot } from './gateway-slot.js';
import { retiredCounts } from './retired-counts.js';
import type { Traffic } from './traffic.js';

export interface GatewayProcessesOptions {
  readonly plan: Omit<GatewayPlan, 'slot'>;
  readonly clock: Clock;
  readonly log: Log;
  /** A message was held in one of them. */
  readonly onHeld: (id: string) => void;
  /** Tests put something else in the place of processes. */
  readonly fork?: () => GatewayChild;
}

/** Connections to the embedded database that all of them share, and that each has at least: it takes 180. */
const POOL_TOGETHER = 32;
const POOL_LEAST = 2;
/** Keys, database and detectors take seconds on a slow machine. */
const OPEN_MS = 60_000;
const LISTEN_MS = 10_000;
const PREPARE_MS = 10_000;
/** Switching is one assignment: who takes longer does not run what the others run. */
const COMMIT_MS = 5_000;
const REFRESH_MS = 3_000;
const HEALTH_MS = 1_500;

export function gatewayProcesses({ plan, clock, log, onHeld, fork = forkGateway }: GatewayProcessesOptions): Traffic {
  let { policies } = plan;
  let { config } = plan;
  const shared = plan.connection === undefined ? undefined : { ...plan.connection, poolMax: Math.max(POOL_LEAST, Math.floor(POOL_TOGETHER / plan.of)) };
  const retired = retiredCounts();
  let turn: Promise<unknown> = Promise.resolve();
  /** Nobody begins to listen while policies switch: all that take exchanges run the same one. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return await mine;
  };
  let port = config.listen.data.port;
  let isListening = false;

  const slots: readonly GatewaySlot[] = Array.from({ length: plan.of }, (_, index) => `p${index + 1}`).map((slot) =>
    gatewaySlot({
      name: slot, fork, clock, log,
      async begin(process) {
        let opened = policies;
        await process.ask('open', { ...plan, config, policies, slot, connection: shared }, OPEN_MS);
        await inTurn(async () => {
          for (const one of policies.filter((next) => !opened.includes(next))) {
            await process.ask('prepare', one, PREPARE_MS);
            await process.ask('commit', one.revision, COMMIT_MS);
          }
          opened = policies;
          port = await process.ask('listen', undefined, LISTEN_MS);
        });
      },
      onNews: (message) => {
        const { kind, id } = Object(message) as Partial<HeldNotice>;
        if (kind === 'held' && id !== undefined) onHeld(id);
      },
      onEnded: (counted) => retired.add(counted),
    }),
  );
  const serving = (): readonly Asker<GatewayQuestions>[] => slots.flatMap((slot) => slot.serving() ?? []);
  /** Who cannot be asked is asked again when it matters: at the next poll, flush or scrape. */
  const tellAll = async (what: 'relief' | 'flush'): Promise<void> => {
    await Promise.allSettled(serving().map((process) => process.ask(what, undefined, REFRESH_MS)));
  };
  const stop = async (): Promise<void> => {
    await Promise.all(slots.map((slot) => slot.stop(config.limits.drain)));
  };

  return {
    async listen() {
      // All must come by the same number, also those that are started later.
      if (port === 0) port = await freePort(config.listen.data.host);
      const smtp = await Promise.all(config.listen.smtp.map(async (one) => ({ ...one, port: one.port === 0 ? await freePort(one.host) : one.port })));
      config = { ...config, listen: { ...config.listen, data: { ...config.listen.data, port }, smtp } };
      const began = await Promise.allSettled(slots.map((slot) => slot.start()));
      const failed = began.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') {
        await stop();
        throw failed.reason;
      }
      isListening = true;
      return port;
    },
    mailPorts: () => (isListening ? config.listen.smtp.map(({ id, host, port: at, tls }) => ({ id, host, port: at, tls: tls.mode })) : []),
    apply: (settings, revision) =>
      inTurn(async () => {
        const next: InForce = { settings, revision };
        // Once here, so that a mistake is known also while none of them runs.
        compilePolicies(settings, revision);
        const now = slots.flatMap((slot) => {
          const process = slot.serving();
          return process === undefined ? [] : [{ slot, process }];
        });
        const ready = await Promise.allSettled(now.map(({ process }) => process.ask('prepare', next, PREPARE_MS)));
        if (ready.some(({ status }) => status === 'rejected')) throw new AskFailed('POLICY_NOT_READY');
        policies = stillNeeded([...policies, next]);
        const taken = await Promise.allSettled(now.map(({ process }) => process.ask('commit', revision, COMMIT_MS)));
        // Whoever did not switch must not go on: what follows it runs the new one.
        taken.forEach(({ status }, index) => {
          if (status === 'rejected') now[index]?.slot.kill();
        });
      }),
    refreshRelief: () => tellAll('relief'),
    flush: () => tellAll('flush'),
    metrics: async () => [...(await Promise.all(slots.map((slot) => slot.counted()))), retired.families()],
    health: [whole(slots), { component: 'spool', check: () => worst(serving()) }],
    drain: stop,
  };
}

/** Policies that some route still runs: the newest that names it. */
function stillNeeded(policies: readonly InForce[]): readonly InForce[] {
  const named = new Set<string>();
  return policies.toReversed().filter(({ settings }, index) => {
    const news = settings.routes.filter(({ id }) => !named.has(id));
    for (const { id } of news) named.add(id);
    return index === 0 || news.length > 0;
  }).toReversed();
}

/** Ready as long as each process carries traffic, or will in a moment. */
function whole(slots: readonly GatewaySlot[]): Health {
  return {
    component: 'processes',
    check() {
      const count = slots.filter((slot) => slot.serving() !== undefined).length;
      const trouble = slots.flatMap((slot) => slot.trouble() ?? []).join(', ');
      const ok = count > 0 && trouble === '';
      return Promise.resolve({ ok, neededFor: 'all', detail: `${count} of ${slots.length} carry traffic${trouble === '' ? '' : `; ${trouble}`}` });
    },
  };
}

/** The spools of all of them as one. */
async function worst(serving: readonly Asker<GatewayQuestions>[]): ReturnType<Health['check']> {
  const answers = (await Promise.all(serving.map((process) => process.ask('health', undefined, HEALTH_MS).catch((): readonly ComponentAnswer[] => [])))).map((one) => one[0]);
  const bad = answers.find((one) => one?.ok !== true);
  if (answers.length > 0 && answers.every((one) => one?.ok === true)) return { ok: true, neededFor: 'hold', detail: 'room' };
  return { ok: false, neededFor: 'hold', detail: bad?.detail ?? 'no answer' };
}

/** A number that nobody listens on now. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
