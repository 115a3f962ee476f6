/** The wiring: opens what Weir needs in order, introduces the stages to each other, and closes everything in the reverse order. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig, reportLines } from '../config/load.js';
import { httpRoutes } from '../config/routes.js';
import type { Config } from '../config/schema.js';
import { CUSTODIES } from '../config/vault-schema.js';
import { consolePages } from './console/console-pages.js';
import { demoSink } from './deliver/demo-sink.js';
import { detectorChecks, engine } from './engine.js';
import { causeCode } from './errors.js';
import { auditReading } from './ledger/audit-reading.js';
import { databaseHealth } from './ledger/database-health.js';
import { selfTest } from './http1/self-test.js';
import { holdLedger } from './ledger/hold-ledger.js';
import { attemptsLedger } from './ledger/attempts-ledger.js';
import { uploadPartsLedger } from './ledger/upload-parts-ledger.js';
import { nodesLedger } from './ledger/nodes-ledger.js';
import { reviewLedger } from './ledger/review-ledger.js';
import type { Clock, WrapPort } from './ports.js';
import { jsonLog } from './record/log.js';
import { metrics } from './record/metrics.js';
import { openTelemetry } from './record/telemetry.js';
import { adminApp } from './review/admin-app.js';
import { adminToken } from './vault/secrets.js';
import { adminListener, hostForUrl } from './wiring/admin-listener.js';
import { alerting, alertsApi } from './wiring/alerting.js';
import { banner } from './wiring/banner.js';
import { closers } from './wiring/closers.js';
import { contentApi } from './wiring/content.js';
import { opening } from './wiring/extract.js';
import { foreground } from './wiring/foreground.js';
import { gatewayProcesses } from './wiring/gateway-processes.js';
import { frontHealth, redisHealth, smtpHealth, spoolHealth, vaultHealth } from './wiring/health.js';
import { healthAlerts, reloadAlert } from './wiring/health-alerts.js';
import { exchangeIds } from './wiring/ids.js';
import { parseInvocation, USAGE, type Invocation } from './wiring/invocation.js';
import { jobs, type Jobs, type Pace } from './wiring/jobs.js';
import { jobsApi } from './wiring/jobs-api.js';
import { mailSending } from './wiring/mail-sending.js';
import { metricsListener } from './wiring/metrics-listener.js';
import { nodeId, thisNode } from './wiring/node.js';
import { nextHopsOf, outgoingOf } from './wiring/next-hops.js';
import { nodeMetrics } from './wiring/node-metrics.js';
import { observed, queueCounts, sinkIds } from './wiring/observed.js';
import { openPeople } from './wiring/people.js';
import { openQueue } from './wiring/queue.js';
import { openRecords } from './wiring/records.js';
import { reloading } from './wiring/reload.js';
import { rescans } from './wiring/rescan.js';
import { reviewApi } from './wiring/review-api.js';
import { demoRouteOf, trafficUpstreamsOf, upstreamsOf } from './wiring/routes.js';
import { shippedConfig } from './wiring/shipped-config.js';
import type { MailPort } from './wiring/smtp-listeners.js';
import { standing } from './wiring/standing.js';
import { steadyHeap } from './wiring/steady-heap.js';
import { stopping } from './wiring/stopping.js';
import { openStorage } from './wiring/storage.js';
import { trafficHere } from './wiring/traffic-here.js';
import { sealedParts } from './wiring/upload-parts.js';
import { version } from './wiring/version.js';

export interface StartOptions {
  readonly configFile: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Lines for the person who starts Weir. */
  readonly say: (line: string) => void;
  /** Where the JSON log goes. */
  readonly logStream: NodeJS.WritableStream & import('node:stream').Writable;
  readonly clock?: Clock;
  /** Crash tests name every awaited port call with it. */
  readonly wrap?: WrapPort;
  /** That carry traffic; left out, what the configuration says. */
  readonly processes?: number | undefined;
  /** False: this process works on no jobs; workers of their own do. */
  readonly workers?: false | undefined;
  /** Where the review key is, in place of what the configuration says: nodes of a fleet share that and differ in this. */
  readonly custody?: Config['vault']['custody'] | undefined;
  /** How often the workers look by themselves; tests do not wait a minute. */
  readonly pace?: Pace;
  /** Of password hashes; tests hash cheaply. */
  readonly hashCost?: Parameters<typeof openPeople>[0]['hashCost'];
}

export interface Running {
  readonly dataUrl: string;
  /** Where mail comes in. */
  readonly mailPorts: readonly MailPort[];
  readonly adminUrl: string;
  readonly token: string;
  /** Takes no new exchange, lets running ones finish within the configured bound, closes everything. */
  stop(): Promise<void>;
}

/** The same in config/schema.ts. */
const PROCESSES_MOST = 64;

const LINK_ELSEWHERE = 'The link for the first administrator was printed by the first node of this fleet. For another one, stop all nodes with a console and start one.';

/** A reason why Weir does not start, in words for the person who tried. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Opens everything or throws with nothing left open. */
export async function start(options: StartOptions): Promise<Running> {
  const { env, say, dataDir, configFile } = options;
  steadyHeap();
  const clock = options.clock ?? { now: () => Date.now() };
  const wrap: WrapPort = options.wrap ?? ((_name, port) => port);
  const loaded = loadConfig(configFile, env, detectorChecks);
  if (!loaded.ok) throw new StartRefused(reportLines(loaded).join('\n'));
  const { revision } = loaded;
  const config = options.custody === undefined ? loaded.config : { ...loaded.config, vault: { ...loaded.config.vault, custody: options.custody } };
  const { processes = config.processes } = options;
  if (loaded.warnings.length > 0) for (const line of reportLines(loaded)) say(line);

  const telemetry = await openTelemetry({ env, version: version(), onLost: (signal, items) => recorded?.work.telemetryLost(signal, items) });
  const log = jsonLog({ level: config.log.level, stream: options.logStream, onLine: telemetry.logLine, onWithheld: () => recorded?.logWithheld(), onLost: () => recorded?.logLost() });
  let recorded: ReturnType<typeof metrics> | undefined;
  const opened = closers();
  opened.push(() => telemetry.stop());
  for (const variable of telemetry.refused) log.warn('telemetry.refused', { variable });
  const stop = (): Promise<void> => opened.close();
  try {
    // What outlives the process.
    const storage = await openStorage({
      config, dataDir, env, clock, log, wrap,
      progress: say,
      onDatabase: (state) => log[state === 'up' ? 'info' : 'error']('database.state', { state }),
    });
    opened.push(() => storage.close());
    for (const note of storage.notes) log.warn('vault.custody', { note });
    const { database } = storage;
    const audit = wrap('audit', storage.audit);
    const vault = wrap('vault', storage.vault);
    const spools = wrap('spools', storage.spools);

    const detection = engine(config.detectors, storage.fingerprintKey, (thrown) => log.error('scan.failed', { cause: causeCode(thrown) }));
    const opener = opening({ extract: config.limits.extract, detectors: config.detectors, fingerprintKey: storage.fingerprintKey, spools, log });
    opened.push(() => opener.close());
    if (processes === 1) opener.warm();
    const newId = exchangeIds(clock);
    const reached = { adminUrl: '', dataPort: 0, mailPorts: [] as readonly MailPort[], revision };
    const wake = { jobs: (): void => undefined };
    const demo = config.demo ? await demoSink({ now: clock.now, routeOf: demoRouteOf(httpRoutes(config)) }) : undefined;
    if (demo) opened.push(() => demo.close());
    const going = stopping(config.limits.drainDelay);
    const below = processes === 1 ? undefined : gatewayProcesses({
      plan: { of: processes, config, dataDir, env, demoUrl: demo?.url, policies: [{ settings: config, revision }], connection: storage.databaseKind === 'embedded' ? storage.connection : undefined },
      clock, log,
      onHeld: (id) => queue.held(id),
    });
    const nodes = nodesLedger({ database });
    const node = await thisNode({ nodes, id: nodeId(dataDir), version: version(), roles: ['gateway', 'admin', 'worker'], processes, revision: () => reached.revision, clock, log });
    opened.push(() => node.stop());
    const health = [databaseHealth(database), vaultHealth(storage.vault), ...(below?.health ?? [spoolHealth(spools, config.limits.spoolDisk)]), node.health, ...(config.listen.smtp.length === 0 ? [] : [smtpHealth(config.listen.smtp.length, () => reached.mailPorts.length)]), ...((env.WEIR_REDIS_URL ?? '') === '' ? [] : [redisHealth(() => carried.view())]), ...(config.listen.data.frontend === 'fast' ? [frontHealth(selfTest())] : [])];
    const records = await openRecords({ storage, dataDir, clock, log, cleanExchanges: config.log.cleanExchanges, others: () => traffic.flush() });
    opened.push(() => records.stop());

    // What is counted; sources are asked at scrape time.
    const seen = observed({ config, database, databaseKind: storage.databaseKind, clock });
    opened.push(() => seen.stop());
    const recorders = (recorded = metrics({
      version: version(),
      routes: () => config.routes.map(({ id }) => id),
      detectors: () => detection.detectors,
      sinks: () => sinkIds(config.alerts),
      now: clock.now,
      sources: {
        ...seen.sources,
        held: () => review.counts(),
        ...(below === undefined ? { spool: () => spools.usage() } : {}),
        vault: () => storage.vault.space(),
        jobs: queueCounts({ database, audit: storage.writer, clock }),
        components: health,
        bypasses: () => decided.bypasses(),
      },
    }));
    recorders.policyReloaded(true, revision);

    // People, and what they have decided.
    const { token, path: tokenPath } = await adminToken(dataDir);
    const people = await openPeople({ storage, audit, config: config.people, dataDir, env, clock, log, newId, adminUrl: () => reached.adminUrl, hashCost: options.hashCost, work: recorders.work });
    opened.push(() => people.stop());
    const queue = openQueue({ storage, config, clock, log, health, idleMs: config.people.session.idle, setUpEnded: () => people.gate.setUpEnded() });
    opened.push(() => queue.stop());
    const watch = healthAlerts({ health, alerts: storage.alerts, clock, log });
    opened.push(() => watch.stop());
    const decided = await standing({
      config, configFile, revision, version: version(), env, storage, clock, log,
      setUpEnded: () => people.gate.setUpEnded(),
      onJob: () => wake.jobs(),
      onRelief: () => traffic.refreshRelief(),
      nodes, node,
      dataPort: () => reached.dataPort,
    });
    opened.push(() => decided.stop());

    // Decisions are carried out by jobs, traffic by the data plane; both reach the same destinations.
    const destinations = upstreamsOf(config, demo?.url);
    opened.push(() => destinations.close());
    const targets = trafficUpstreamsOf(config, demo?.url);
    opened.push(() => targets.close());
    const mailHops = nextHopsOf(config, { demoUrl: demo?.url, env, clock, log });
    opened.push(() => mailHops.close());
    const outgoingMail = outgoingOf(config, clock);
    const upstreams = new Map([...destinations.byRoute].map(([id, upstream]) => [id, wrap('upstream', upstream)]));
    const trafficUpstreams = new Map([...targets.byRoute].map(([id, upstream]) => [id, wrap('upstream', upstream)]));
    const review = wrap('review', reviewLedger({ database, audit: storage.writer, clock, onJob: () => wake.jobs(), secondWithinMs: config.review.secondWithin }));
    const told = await alerting({ config, storage, env, clock, wrap, pace: options.pace, work: recorders.work, onWithheld: (sink) => log.warn('alert.withheld', { sink }) });
    opened.push(() => told.close());
    const again = rescans({ config, revision, detection, storage, opener, clock, log, wrap, onJob: () => wake.jobs() });
    const carried: Jobs = await jobs({ storage, vault, lapse: () => review.lapse(), config, upstreams, clock, log, env, wrap, pace: options.pace, more: told.jobs, work: recorders.work, rescan: again.handler, node: nodeId(dataDir), mail: mailSending(mailHops.byRoute, outgoingMail, (route, fate, count) => recorders.mail.recipients(route, fate, count)), ...(options.workers === false ? { here: [] } : {}) });
    wake.jobs = () => carried.wake();
    opened.push(() => carried.stop());
    const traffic = below ?? await trafficHere({
      config, detection, upstreams: trafficUpstreams, spools, opener, vault, audit, clock, log, newId,
      mail: config.listen.smtp.length === 0 ? undefined : (await import('./wiring/mail-traffic.js')).mailTraffic({ config, storage, hops: mailHops.byRoute, outgoing: outgoingMail, newId, counts: recorders.mail, clock, log, wrap, ledger: { assess: (message, firstSeen) => queue.assess(message, firstSeen), onHeld: (id) => queue.held(id), onJob: () => wake.jobs() } }),
      policies: [{ settings: config, revision }],
      demoUrl: demo?.url,
      relief: decided.relief,
      parts: sealedParts({ ledger: uploadPartsLedger({ database, clock }), fingerprintKey: storage.fingerprintKey }),
      ledger: wrap('ledger', holdLedger({ database, audit: storage.writer, clock, assess: (message, firstSeen) => queue.assess(message, firstSeen), onHeld: (id) => queue.held(id) })),
      alerts: storage.alerts,
      counts: recorders,
      tracing: telemetry.tracing,
      recorder: records.recorder(recorders.recorder),
      fingerprintKey: storage.fingerprintKey,
    });

    // What listens, last.
    const language = config.language === 'auto' ? 'auto' : config.language;
    const scraped = nodeMetrics(recorders, traffic);
    const admin = await adminListener(
      config.listen.admin,
      adminApp({
        operations: reviewApi({ people: people.operations, ...queue.api, ...contentApi({ storage, detection, opener, config, clock, work: recorders.work }), standing: [...decided.operations, ...alertsApi({ config, storage, clock, onJob: () => wake.jobs() }), ...jobsApi({ storage, clock, rescan: again.order, carrier: () => carried.view(), onJob: () => wake.jobs() })], ledger: review, audit, auditReading: auditReading(database, storage.checkSignature), version: version(), clock, monitorReport: () => records.monitor.report() }),
        audit, token, gate: people.gate, newId, clock, log, language,
        health: [...health, going.health],
        metrics: scraped,
        version: version(),
        attempts: attemptsLedger({ database }),
        trustedProxies: config.trustedProxies,
        pages: consolePages({ demo: demo ? () => demo.entries() : undefined, language }),
      }),
    );
    opened.push(() => admin.close());
    reached.adminUrl = admin.url;
    opened.push(() => queue.api.hub.close());
    if (config.listen.metrics !== undefined) {
      const scrapes = await metricsListener({ listen: config.listen.metrics, text: scraped, health: [...health, going.health] });
      opened.push(() => scrapes.close());
    }
    // A second link would make the first one void. Asked before traffic comes: the database may take a minute to answer.
    const isLater = node.isFirst() === false;
    const firstRunLink = isLater ? undefined : await people.firstRunLink();
    reached.dataPort = await traffic.listen();
    reached.mailPorts = traffic.mailPorts();
    opened.push(() => traffic.drain());
    opened.push(() => going.announce());
    // A node that is told to stop is not in trouble: nobody is called about what closes one after the other.
    opened.push(() => watch.stop());
    const watching = reloading({
      file: configFile, env, log, say, running: loaded.config, revision,
      apply: async (settings, next) => {
        await traffic.apply(settings, next);
        reached.revision = next;
        decided.reloaded(next, settings);
        queue.apply(settings);
        await again.apply(settings, next);
        await node.beat();
      },
      onResult: (ok, next) => {
        recorders.policyReloaded(ok, next);
        reloadAlert(storage.alerts, clock, ok);
        storage.audit
          .append({ at: new Date(clock.now()), actor: 'gateway', act: ok ? 'policy.reload' : 'policy.refused', subject: undefined, data: { revision: next } })
          .catch((thrown: unknown) => log.error('audit.lost', { cause: causeCode(thrown) }));
      },
    });
    opened.push(() => watching.close());

    const dataUrl = `${config.listen.data.tls ? 'https' : 'http'}://${hostForUrl(config.listen.data.host)}:${reached.dataPort}`;
    say(banner({ version: version(), config, configFile, dataDir, dataUrl, mailPorts: reached.mailPorts, adminUrl: admin.url, tokenPath, databaseKind: storage.databaseKind, notes: [...storage.notes, ...(isLater && !(await people.gate.setUpEnded()) ? [LINK_ELSEWHERE] : [])], firstRunLink }));
    log.info('weir.started', { version: version(), detectors: detection.detectors.length, config: revision });
    return { dataUrl, mailPorts: reached.mailPorts, adminUrl: admin.url, token, stop };
  } catch (thrown) {
    await stop().catch((failure: unknown) => log.error('weir.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}

/** Runs until a signal; answers with the exit code. */
export function run(invocation: Invocation, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  return foreground((say) =>
    start({
      configFile: resolve(invocation.config ?? env.WEIR_CONFIG ?? shippedConfig()),
      dataDir: resolve(invocation.data ?? env.WEIR_DATA ?? './data'),
      processes: processCount(invocation.processes),
      custody: custodyOf(invocation.custody),
      ...(invocation.workers === false ? { workers: false } : {}),
      env, say,
      logStream: process.stderr,
    }),
  );
}

/** As in the configuration: one to 64. */
function processCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^[1-9]\d?$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > PROCESSES_MOST) throw new StartRefused(`--processes takes a number from 1 to ${PROCESSES_MOST}; one for each core is usual.`);
  return count;
}

function custodyOf(text: string | undefined): StartOptions['custody'] {
  const custody = CUSTODIES.find((one) => one === text);
  if (text !== undefined && custody === undefined) throw new StartRefused(`--custody takes one of ${CUSTODIES.join(', ')}: where the review key is.`);
  return custody;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const asked = parseInvocation(process.argv.slice(2));
  if (asked.kind === 'start') process.exitCode = await run(asked.invocation, process.env);
  else if (asked.problem === undefined) process.stdout.write(USAGE);
  else {
    process.stderr.write(`${asked.problem}.\n\n${USAGE}`);
    process.exitCode = 2;
  }
}
