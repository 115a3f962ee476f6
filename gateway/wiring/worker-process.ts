/** `weir worker`: the workers alone, without data plane or console; it shares the fleet's database and vault, and has a folder of its own. */
import type { Config } from '../../config/schema.js';
import { loadConfig, reportLines } from '../../config/load.js';
import { redisFromEnv } from '../../workers/redis-settings.js';
import { detectorChecks, engine } from '../engine.js';
import { causeCode } from '../errors.js';
import { databaseHealth } from '../ledger/database-health.js';
import { externalConnections } from '../ledger/external-connections.js';
import { nodesLedger } from '../ledger/nodes-ledger.js';
import { reviewLedger } from '../ledger/review-ledger.js';
import { JOB_KINDS, type Clock, type Health, type JobKind, type WrapPort } from '../ports.js';
import { exposed } from '../record/exposition.js';
import { jsonLog } from '../record/log.js';
import { metrics, type Metrics } from '../record/metrics.js';
import { openTelemetry } from '../record/telemetry.js';
import { alerting } from './alerting.js';
import { demoOutOfReach, withoutDemo } from './beside-demo.js';
import { closers } from './closers.js';
import { opening } from './extract.js';
import { redisHealth, vaultHealth } from './health.js';
import { jobs, type Pace } from './jobs.js';
import { mailSending } from './mail-sending.js';
import { metricsListener } from './metrics-listener.js';
import { nextHopsOf, outgoingOf } from './next-hops.js';
import { nodeId, thisNode } from './node.js';
import { observed, queueCounts, sinkIds } from './observed.js';
import { reloading } from './reload.js';
import { rescans } from './rescan.js';
import { upstreamsOf } from './routes.js';
import { openStorage } from './storage.js';
import { version } from './version.js';

export interface WorkerOptions {
  readonly configFile: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Left out: all of them. */
  readonly queues?: readonly JobKind[] | undefined;
  /** Jobs at a time in each queue, in place of the configuration's. */
  readonly concurrency?: number | undefined;
  readonly say: (line: string) => void;
  readonly logStream: NodeJS.WritableStream & import('node:stream').Writable;
  readonly clock?: Clock;
  readonly pace?: Pace;
}

export interface RunningWorker {
  /** Of /metrics, /healthz and /readyz. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A reason why a worker does not start, in words for the person who tried. */
export class WorkerRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Opens everything or throws with nothing left open. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { env, say, dataDir, configFile } = options;
  const clock = options.clock ?? { now: () => Date.now() };
  const wrap: WrapPort = (_name, port) => port;
  const loaded = loadConfig(configFile, env, detectorChecks);
  if (!loaded.ok) throw new WorkerRefused(reportLines(loaded).join('\n'));
  const { config, revision } = loaded;
  if (externalConnections(env) === undefined) {
    throw new WorkerRefused('A worker alone needs the database that its gateways use: set WEIR_DATABASE_URL. An embedded database belongs to one process, which has its workers within it.');
  }
  const here = options.queues ?? JOB_KINDS;
  const outOfReach = demoOutOfReach(config, here, JOB_KINDS);
  if (outOfReach !== undefined) throw new WorkerRefused(outOfReach);
  let recorded: Metrics | undefined;
  const telemetry = await openTelemetry({ env, version: version(), onLost: (signal, items) => recorded?.work.telemetryLost(signal, items) });
  // Before anything is opened: what is wrong with it is said at once.
  redisFromEnv(env);
  const log = jsonLog({ level: config.log.level, stream: options.logStream, onLine: telemetry.logLine, onWithheld: () => recorded?.logWithheld(), onLost: () => recorded?.logLost() });
  const opened = closers();
  opened.push(() => telemetry.stop());
  try {
    const storage = await openStorage({ config, dataDir, env, clock, log, wrap, progress: say, onDatabase: (state) => log.warn('database.state', { state }) });
    opened.push(() => storage.close());
    for (const note of storage.notes) log.warn('vault.custody', { note });
    const { database, writer } = storage;
    const reached = { revision };
    const node = await thisNode({ nodes: nodesLedger({ database }), id: nodeId(dataDir), version: version(), roles: ['worker'], processes: 1, revision: () => reached.revision, clock, log });
    opened.push(() => node.stop());
    const health: Health[] = [databaseHealth(database), vaultHealth(storage.vault), node.health];
    const detection = engine(config.detectors, storage.fingerprintKey, (thrown) => log.error('scan.failed', { cause: causeCode(thrown) }));
    const opener = opening({ extract: config.limits.extract, detectors: config.detectors, fingerprintKey: storage.fingerprintKey, spools: storage.spools, log });
    opened.push(() => opener.close());
    const seen = observed({ config, database, databaseKind: storage.databaseKind, clock });
    opened.push(() => seen.stop());
    const review = reviewLedger({ database, audit: writer, clock, secondWithinMs: config.review.secondWithin });
    const recorders = (recorded = metrics({
      version: version(),
      routes: () => config.routes.map(({ id }) => id),
      detectors: () => detection.detectors,
      sinks: () => sinkIds(config.alerts),
      now: clock.now,
      sources: { ...seen.sources, held: () => review.counts(), vault: () => storage.vault.space(), jobs: queueCounts({ database, audit: writer, clock }), components: health },
    }));
    recorders.policyReloaded(true, revision);

    const destinations = upstreamsOf(withoutDemo(config), undefined);
    opened.push(() => destinations.close());
    const mailHops = nextHopsOf(withoutDemo(config), { demoUrl: undefined, env, clock, log });
    opened.push(() => mailHops.close());
    const told = await alerting({ config, storage, env, clock, wrap, pace: options.pace, work: recorders.work, onWithheld: (sink) => log.warn('alert.withheld', { sink }) });
    opened.push(() => told.close());
    const wake = { jobs: (): void => undefined };
    const again = rescans({ config, revision, detection, storage, opener, clock, log, wrap, onJob: () => wake.jobs() });
    const carried = await jobs({
      storage, vault: storage.vault, config, upstreams: destinations.byRoute, clock, log, env, wrap, here,
      lapse: () => review.lapse(), pace: options.pace, more: told.jobs, work: recorders.work, rescan: again.handler, node: nodeId(dataDir),
      mail: mailSending(mailHops.byRoute, outgoingOf(config, clock), (route, fate, count) => recorders.mail.recipients(route, fate, count)),
      ...(options.concurrency === undefined ? {} : { concurrency: Object.fromEntries(here.map((kind) => [kind, options.concurrency])) }),
    });
    wake.jobs = () => carried.wake();
    opened.push(() => carried.stop());
    if (carried.view().kind === 'redis') health.push(redisHealth(() => carried.view()));

    const watching = reloading({
      file: configFile, env, log, say, running: config, revision,
      apply: async (settings, next) => {
        await again.apply(settings, next);
        reached.revision = next;
        await node.beat();
      },
      onResult: (ok, next) => recorders.policyReloaded(ok, next),
    });
    opened.push(() => watching.close());
    const listener = await metricsListener({ listen: config.listen.worker, text: async (accept) => exposed(await recorders.json(), accept), health });
    opened.push(() => listener.close());

    for (const line of banner({ here, reviewKey: storage.reader !== undefined, carrier: carried.view().kind, reachable: carried.view().reachable, url: listener.url, config, version: version() })) say(line);
    log.info('worker.started', { version: version(), queues: here.join(','), config: revision });
    return { url: listener.url, stop: () => opened.close() };
  } catch (thrown) {
    await opened.close().catch((failure: unknown) => log.error('worker.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}

interface BannerFacts {
  readonly version: string;
  readonly here: readonly JobKind[];
  readonly reviewKey: boolean;
  readonly carrier: string;
  readonly reachable: boolean;
  readonly url: string;
  readonly config: Pick<Config, 'language'>;
}

/** What this worker does, and what it cannot do. */
function banner({ version: number, here, reviewKey, carrier, reachable, url, config }: BannerFacts): readonly string[] {
  const zh = config.language === 'zh';
  const through = carrier === 'redis' ? 'Redis' : 'PostgreSQL';
  const needy = here.filter((kind) => kind === 'release' || kind === 'rescan');
  return [
    zh ? `Weir ${number} 任务进程：处理 ${here.join('、')}，任务经 ${through} 传递。` : `Weir ${number}, worker: works on ${here.join(', ')}; jobs come through ${through}.`,
    ...(reachable ? [] : [zh ? 'Redis 暂时不可达：恢复后任务即继续，数据不会丢失。' : 'Redis cannot be reached now: jobs go on as soon as it is back, and none is lost.']),
    ...(reviewKey || needy.length === 0 ? [] : [zh ? `此处没有审核密钥：${needy.join('、')} 任务将等待持有密钥的进程（review-key-absent）。` : `The review key is not here: ${needy.join(' and ')} jobs wait, visibly, for a process that has it (review-key-absent).`]),
    zh ? `指标与健康检查：${url}/metrics ${url}/readyz` : `Metrics and health: ${url}/metrics ${url}/readyz`,
  ];
}
