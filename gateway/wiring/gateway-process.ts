/** A process that carries traffic beside others of its node: what `weir start --processes` runs, never started by hand. It ends with the process that started it. */
import { engine } from '../engine.js';
import { causeCode } from '../errors.js';
import { bypassLedger } from '../ledger/bypass-ledger.js';
import { exceptionLedger } from '../ledger/exceptions-ledger.js';
import { holdLedger } from '../ledger/hold-ledger.js';
import { uploadPartsLedger } from '../ledger/upload-parts-ledger.js';
import type { Clock } from '../ports.js';
import { jsonLog } from '../record/log.js';
import { metrics, type Metrics } from '../record/metrics.js';
import { openTelemetry } from '../record/telemetry.js';
import { answering } from './asking.js';
import { assessment } from './assessing.js';
import { closers } from './closers.js';
import { dataPlane, type DataPlane } from './data-plane.js';
import { opening } from './extract.js';
import type { GatewayPlan, GatewayQuestions, HeldNotice, HereNotice, InForce } from './gateway-plan.js';
import { spoolHealth } from './health.js';
import { exchangeIds } from './ids.js';
import { nextHopsOf, outgoingOf } from './next-hops.js';
import { openRecords, type Records } from './records.js';
import { reliefFeed, type ReliefFeed } from './relief.js';
import { trafficUpstreamsOf } from './routes.js';
import { steadyHeap } from './steady-heap.js';
import { openStorage } from './storage.js';
import { sealedParts } from './upload-parts.js';
import { version } from './version.js';

/** All that one of these has. */
interface Open {
  readonly plane: DataPlane;
  readonly relief: ReliefFeed;
  readonly records: Records;
  readonly metrics: Metrics;
  readonly health: ReturnType<typeof spoolHealth>;
  prepare(next: InForce): void;
  /** False when it is not ready. */
  commit(revision: string): boolean;
  close(): Promise<void>;
}

async function open(plan: GatewayPlan, tell: (notice: HeldNotice) => void): Promise<Open> {
  const { config, dataDir, env, demoUrl, policies } = plan;
  steadyHeap();
  const clock: Clock = { now: () => Date.now() };
  const opened = closers();
  const telemetry = await openTelemetry({ env, version: version(), onLost: (signal, items) => recorded?.work.telemetryLost(signal, items) });
  opened.push(() => telemetry.stop());
  const log = jsonLog({ level: config.log.level, stream: process.stderr, onLine: telemetry.logLine, onWithheld: () => recorded?.logWithheld(), onLost: () => recorded?.logLost() });
  let recorded: Metrics | undefined;
  try {
    const storage = await openStorage({
      config, dataDir, env, clock, log,
      wrap: (_name, port) => port,
      progress: () => undefined,
      onDatabase: () => undefined,
      part: { slot: plan.slot, of: plan.of, connection: plan.connection },
    });
    opened.push(() => storage.close());
    const { database, writer: audit, spools } = storage;
    const detection = engine(config.detectors, storage.fingerprintKey, (thrown) => log.error('scan.failed', { cause: causeCode(thrown) }));
    const opener = opening({ extract: config.limits.extract, detectors: config.detectors, fingerprintKey: storage.fingerprintKey, spools, log });
    opened.push(() => opener.close());
    opener.warm();
    const records = await openRecords({ storage, dataDir, clock, log, cleanExchanges: config.log.cleanExchanges, slot: plan.slot });
    opened.push(() => records.stop());
    const relief = reliefFeed({ exceptions: exceptionLedger({ database, audit, clock }), bypasses: bypassLedger({ database, audit, clock }), config, key: storage.fingerprintKey, clock, log });
    opened.push(() => relief.stop());
    await relief.refresh();
    const recorders = (recorded = metrics({
      version: version(),
      routes: () => config.routes.map(({ id }) => id),
      detectors: () => detection.detectors,
      now: clock.now,
      sources: { spool: () => spools.usage(), database: () => database.use() },
    }));
    const upstreams = trafficUpstreamsOf(config, demoUrl);
    opened.push(() => upstreams.close());
    const mailHops = nextHopsOf(config, { demoUrl, env, clock, log });
    opened.push(() => mailHops.close());
    const queue = assessment({ config: { ...config, grades: policies.at(-1)?.settings.grades ?? config.grades, domains: policies.at(-1)?.settings.domains ?? config.domains }, fingerprintKey: storage.fingerprintKey });
    const plane = await dataPlane({
      config: {
        ...config,
        limits: { ...config.limits, connections: Math.ceil(config.limits.connections / plan.of) },
        listen: { ...config.listen, smtp: config.listen.smtp.map((one) => ({ ...one, maxConnections: Math.ceil(one.maxConnections / plan.of) })) },
      },
      policies, detection, demoUrl, spools, opener, relief, clock, log,
      upstreams: upstreams.byRoute,
      mail: config.listen.smtp.length === 0 ? undefined : (await import('./mail-traffic.js')).mailTraffic({ config, storage, hops: mailHops.byRoute, outgoing: outgoingOf(config, clock), newId: exchangeIds(clock), counts: recorders.mail, clock, log, ledger: { assess: queue.assess, onHeld: (id) => tell({ kind: 'held', id }) } }),
      parts: sealedParts({ ledger: uploadPartsLedger({ database, clock }), fingerprintKey: storage.fingerprintKey }),
      newId: exchangeIds(clock),
      vault: storage.vault,
      audit: storage.audit,
      alerts: storage.alerts,
      ledger: holdLedger({ database, audit, clock, assess: queue.assess, onHeld: (id) => tell({ kind: 'held', id }) }),
      counts: recorders,
      tracing: telemetry.tracing,
      recorder: records.recorder(recorders.recorder),
      fingerprintKey: storage.fingerprintKey,
    });
    opened.push(() => plane.close());
    let ready: { readonly revision: string; readonly commit: () => void } | undefined;
    return {
      plane, relief, records,
      metrics: recorders,
      health: spoolHealth(spools, Math.floor(config.limits.spoolDisk / plan.of)),
      prepare({ settings, revision }) {
        const take = plane.prepare({ settings, revision });
        const commit = (): void => {
          take();
          queue.apply(settings);
        };
        ready = { revision, commit };
      },
      commit(revision) {
        if (ready?.revision !== revision) return false;
        ready.commit();
        ready = undefined;
        return true;
      },
      close: () => opened.close(),
    };
  } catch (thrown) {
    await opened.close().catch((failure: unknown) => log.error('process.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}

/** Both come to every process of a terminal or a service; the first process says what becomes of this one. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit(0));

async function done(work: () => Promise<void> | void): Promise<undefined> {
  await work();
  return undefined;
}
const send = (message: object): void => void process.send?.(message, () => undefined);
let here: Open | undefined;
const opened = (): Open => {
  if (here === undefined) throw new TypeError('asked before it was opened');
  return here;
};
process.on(
  'message',
  answering<GatewayQuestions>(
    {
      open: async (plan) => {
        here = await open(plan, send);
        return undefined;
      },
      listen: () => opened().plane.listen(),
      prepare: (next) => done(() => opened().prepare(next)),
      commit: (revision) =>
        done(() => {
          if (!opened().commit(revision)) throw new TypeError('another policy is ready, or none');
        }),
      relief: () => done(() => opened().relief.refresh()),
      flush: () => done(() => opened().records.monitor.flush()),
      metrics: () => opened().metrics.json(),
      health: async () => [{ component: opened().health.component, ...(await opened().health.check()) }],
      async drain() {
        const mine = opened();
        await mine.plane.drain();
        const last = await mine.metrics.json();
        await mine.close();
        return last;
      },
    },
    send,
  ),
);
send({ kind: 'here' } satisfies HereNotice);
