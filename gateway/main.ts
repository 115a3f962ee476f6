/** The wiring: opens what Weir needs in order, introduces the stages to each other, and closes everything in the reverse order. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadConfig, reportLines } from '../config/load.js';
import type { Route } from '../config/schema.js';
import { httpChannel } from './channels/http/http-channel.js';
import { consolePages } from './console/console-pages.js';
import { demoSink } from './deliver/demo-sink.js';
import { detectorChecks, engine } from './engine.js';
import { causeCode } from './errors.js';
import { databaseHealth } from './ledger/database-health.js';
import { holdLedger } from './ledger/hold-ledger.js';
import { auditReading } from './ledger/audit-reading.js';
import { reviewLedger } from './ledger/review-ledger.js';
import { pipeline } from './pipeline.js';
import { compilePolicies } from './policy/compile.js';
import { retentionFor, type RetentionSettings } from './policy/retention.js';
import { policySource } from './policy/source.js';
import type { Clock, WrapPort } from './ports.js';
import { accessLog } from './record/access-log.js';
import { exchangeRecorder } from './record/exchange-recorder.js';
import { jsonLog } from './record/log.js';
import { metrics } from './record/metrics.js';
import { monitorReport } from './record/monitor-report.js';
import { adminApp } from './review/admin-app.js';
import { adminToken } from './vault/secrets.js';
import { adminListener, hostForUrl } from './wiring/admin-listener.js';
import { banner } from './wiring/banner.js';
import { closers } from './wiring/closers.js';
import { contentApi } from './wiring/content.js';
import { spoolHealth, vaultHealth } from './wiring/health.js';
import { healthAlerts } from './wiring/health-alerts.js';
import { exchangeIds } from './wiring/ids.js';
import { openPeople } from './wiring/people.js';
import { jobs, type Jobs, type Pace } from './wiring/jobs.js';
import { openQueue } from './wiring/queue.js';
import { reloading } from './wiring/reload.js';
import { reviewApi } from './wiring/review-api.js';
import { demoRouteOf, destinations } from './wiring/routes.js';
import { standing } from './wiring/standing.js';
import { openStorage } from './wiring/storage.js';

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
  /** How often the workers look by themselves; tests do not wait a minute. */
  readonly pace?: Pace;
  /** Of password hashes; tests hash cheaply. */
  readonly hashCost?: Parameters<typeof openPeople>[0]['hashCost'];
}

export interface Running {
  readonly dataUrl: string;
  readonly adminUrl: string;
  readonly token: string;
  /** Takes no new exchange, lets running ones finish within the configured bound, closes everything. */
  stop(): Promise<void>;
}

/** How often access log segments are looked after. */
const TEND_MS = 60_000;

/** A reason why Weir does not start, in words for the person who tried. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Opens everything or throws with nothing left open. */
export async function start(options: StartOptions): Promise<Running> {
  const { env, say } = options;
  const clock = options.clock ?? { now: () => Date.now() };
  const wrap: WrapPort = options.wrap ?? ((_name, port) => port);
  const loaded = loadConfig(options.configFile, env, detectorChecks);
  if (!loaded.ok) throw new StartRefused(reportLines(loaded).join('\n'));
  const { config } = loaded;
  if (loaded.warnings.length > 0) for (const line of reportLines(loaded)) say(line);

  const log = jsonLog({ level: config.log.level, stream: options.logStream, onWithheld: () => recorded?.logWithheld(), onLost: () => recorded?.logLost() });
  let recorded: ReturnType<typeof metrics> | undefined;
  const opened = closers();
  const stop = (): Promise<void> => opened.close();
  try {
    const storage = await openStorage({
      config, dataDir: options.dataDir, env, clock, log, wrap,
      progress: say,
      onDatabase: (state) => log[state === 'up' ? 'info' : 'error']('database.state', { state }),
    });
    opened.push(() => storage.close());
    for (const note of storage.notes) log.warn('vault.custody', { note });
    const detection = engine(config.detectors, storage.fingerprintKey, (thrown) => log.error('scan.failed', { cause: causeCode(thrown) }));
    const { token, path: tokenPath } = await adminToken(options.dataDir);
    const monitor = await monitorReport({ file: resolve(options.dataDir, 'monitor-report.json'), log, now: clock.now });
    opened.push(() => monitor.stop());

    const access = await accessLog({
      dir: resolve(options.dataDir, 'access-log'), clock, log,
      anchor: (act, segment) => storage.audit.append({ at: new Date(clock.now()), actor: 'gateway', act, subject: segment.name, data: { sha256: segment.sha256, bytes: segment.bytes } }),
    });
    opened.push(() => access.stop());
    const tending = setInterval(() => void access.tend(), TEND_MS);
    opened.push(() => clearInterval(tending));

    const ledger = wrap('ledger', holdLedger({ database: storage.database, audit: storage.writer, clock, assess: (message, firstSeen) => queue.assess(message, firstSeen), onHeld: (id) => queue.held(id) }));
    const vault = wrap('vault', storage.vault);
    const audit = wrap('audit', storage.audit);
    const spools = wrap('spools', storage.spools);
    const demo = config.demo ? await demoSink({ now: clock.now, routeOf: demoRouteOf(config.routes) }) : undefined;
    if (demo) opened.push(() => demo.close());
    const count = (route: Route) => ({
      onError: (code: string) => recorded?.countError('http', route.id, code),
      onDone: (bytesIn: number, bytesOut: number) => recorded?.countUnscanned(bytesIn + bytesOut),
    });
    const policies = policySource(compilePolicies(config, loaded.revision));
    let retentions: RetentionSettings = config;

    const health = [databaseHealth(storage.database), vaultHealth(storage.vault), spoolHealth(spools, config.limits.spoolDisk)];
    const newId = exchangeIds(clock);
    const reached = { adminUrl: '', dataPort: 0 };
    const people = await openPeople({ storage, audit, config: config.people, dataDir: options.dataDir, env, clock, log, newId, adminUrl: () => reached.adminUrl, hashCost: options.hashCost });
    opened.push(() => people.stop());
    const queue = openQueue({ storage, config, clock, log, health, idleMs: config.people.session.idle, setUpEnded: () => people.gate.setUpEnded() });
    opened.push(() => queue.stop());
    const watch = healthAlerts({ health, alerts: storage.alerts, clock, log });
    opened.push(() => watch.stop());
    const wake = { jobs: (): void => undefined };
    const decided = await standing({
      config, configFile: options.configFile, revision: loaded.revision, version: version(), env, storage, clock, log,
      setUpEnded: () => people.gate.setUpEnded(),
      onJob: () => wake.jobs(),
      dataPort: () => reached.dataPort,
    });
    opened.push(() => decided.stop());
    const recorders = (recorded = metrics({
      version: version(),
      routes: () => config.routes.map(({ id }) => id),
      detectors: () => detection.detectors,
      now: clock.now,
      sources: {
        held: () => review.counts(),
        spool: () => spools.usage(),
        vault: () => storage.vault.space(),
        jobs: () => carried.counts(),
        components: health,
        bypasses: () => decided.bypasses(),
      },
    }));
    recorders.policyReloaded(true);

    const channelParts = destinations(config, demo?.url, (route) => ({
      ...count(route),
      refuse: (request, response, error) => channel.refuse(request, response, error.code, route),
      refuseSocket: (request, socket, error) => channel.refuseSocket(socket, error.code, route, request),
    }));
    opened.push(() => channelParts.close());
    const upstreams = new Map([...channelParts.upstreams].map(([id, upstream]) => [id, wrap('upstream', upstream)]));

    const review = wrap('review', reviewLedger({ database: storage.database, audit: storage.writer, clock, onJob: () => wake.jobs(), secondWithinMs: config.review.secondWithin }));
    const carried: Jobs = await jobs({ storage, vault, lapse: () => review.lapse(), config, upstreams, clock, log, env, wrap, pace: options.pace });
    wake.jobs = () => carried.wake();
    opened.push(() => carried.stop());

    const channel = httpChannel({
      listen: config.listen.data,
      routes: config.routes,
      limits: config.limits,
      trustedProxies: config.trustedProxies,
      upstreams,
      passThrough: (route, request, response, via) => channelParts.proxies.get(route.id)?.web(request, response, via),
      upgrade: (route, request, socket, head, via) => channelParts.proxies.get(route.id)?.upgrade(request, socket, head, via),
      newId, clock, log,
      language: config.language,
      onError: (code, route) => recorders.countError('http', route, code),
      pipeline: pipeline({
        inspectors: detection.inspectors(),
        policies, relief: decided.relief, spools, vault, ledger, audit, clock,
        alerts: storage.alerts,
        recorder: exchangeRecorder({ metrics: recorders.recorder, monitor: monitor.recorder, access: access.recorder, log }),
        fingerprintKey: storage.fingerprintKey,
        stopwatch: () => performance.now(),
        retention: (route, detectors) => retentionFor(retentions, route, detectors),
      }),
    });
    const admin = await adminListener(
      config.listen.admin,
      adminApp({
        operations: reviewApi({ people: people.operations, ...queue.api, ...contentApi({ storage, detection, config, clock }), standing: decided.operations, ledger: review, audit, auditReading: auditReading(storage.database, storage.checkSignature), version: version(), clock, monitorReport: () => monitor.report() }),
        audit, token, gate: people.gate, newId, clock, log, health,
        metrics: () => recorders.text(),
        version: version(),
        language: config.language === 'auto' ? 'auto' : config.language,
        trustedProxies: config.trustedProxies,
        pages: consolePages({
          demo: demo ? () => demo.entries() : undefined,
          language: config.language === 'auto' ? 'auto' : config.language,
        }),
      }),
    );
    opened.push(() => admin.close());
    reached.adminUrl = admin.url;
    opened.push(() => queue.api.hub.close());
    const address = await channel.listen();
    reached.dataPort = address.port;
    opened.push(() => channel.drain(config.limits.drain));
    const watching = reloading({
      file: options.configFile, env, log, say, running: config, revision: loaded.revision,
      apply: (settings, revision) => {
        policies.replace(compilePolicies(settings, revision));
        retentions = settings;
        decided.reloaded(revision, settings);
        queue.apply(settings);
      },
      onResult: (ok, revision) => {
        recorders.policyReloaded(ok);
        storage.audit
          .append({ at: new Date(clock.now()), actor: 'gateway', act: ok ? 'policy.reload' : 'policy.refused', subject: undefined, data: { revision } })
          .catch((thrown: unknown) => log.error('audit.lost', { cause: causeCode(thrown) }));
      },
    });
    opened.push(() => watching.close());

    const dataUrl = `${config.listen.data.tls ? 'https' : 'http'}://${hostForUrl(config.listen.data.host)}:${address.port}`;
    say(banner({ version: version(), config, configFile: options.configFile, dataDir: options.dataDir, dataUrl, adminUrl: admin.url, tokenPath, databaseKind: storage.databaseKind, notes: storage.notes, firstRunLink: await people.firstRunLink() }));
    log.info('weir.started', { version: version(), detectors: detection.detectors.length, config: loaded.revision });
    return { dataUrl, adminUrl: admin.url, token, stop };
  } catch (thrown) {
    await stop().catch((failure: unknown) => log.error('weir.close-failed', { cause: causeCode(failure) }));
    throw thrown;
  }
}

/** package.json lies one folder up in the sources, two up in dist. */
function version(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const read: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (typeof read === 'object' && read !== null && 'version' in read && typeof read.version === 'string') return read.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}

/** The configuration that comes with Weir. */
function shippedConfig(): string {
  return fileURLToPath(new URL('../config/default.yaml', import.meta.url));
}

export interface Invocation {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
}

/** npm passes on the Ctrl-C that the terminal has sent to everyone already: what comes this soon is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** Resolves at the first signal that asks for an end; a later one is impatience. */
function stopSignal(again: () => void): Promise<void> {
  return new Promise((done) => {
    let first: number | undefined;
    const take = (): void => {
      first ??= performance.now();
      if (performance.now() - first > SAME_SIGNAL_MS) again();
      else done();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, take);
  });
}

/** Runs until a signal; answers with the exit code. */
export async function run(invocation: Invocation, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  let stopping: Promise<void> | undefined;
  let running: Running | undefined;
  const signalled = stopSignal(() => {
    say('Stopped at once; running exchanges were cut off.');
    process.exit(1);
  });
  try {
    running = await start({
      configFile: resolve(invocation.config ?? env.WEIR_CONFIG ?? shippedConfig()),
      dataDir: resolve(invocation.data ?? env.WEIR_DATA ?? './data'),
      env, say,
      logStream: process.stderr,
    });
    await signalled;
    say('Stopping: running exchanges may finish. Ctrl-C again cuts them off.');
    stopping = running.stop();
    await stopping;
    say('Stopped.');
    return 0;
  } catch (thrown) {
    process.stderr.write(`${stopping === undefined ? startSentence(thrown) : `Weir stopped, but not everything could be closed (${causeCode(thrown)}).`}\n`);
    return 1;
  }
}

/** Errors of our own say what to do; of others only the code is shown, since their text may quote anything. */
function startSentence(thrown: unknown): string {
  const code = causeCode(thrown);
  if (code === 'EADDRINUSE') return 'Weir did not start: a listener\'s port is taken. Stop what uses it, or change listen.data.port / listen.admin.port.';
  if (code === 'EACCES') return 'Weir did not start: it may not use one of its files, folders or ports (EACCES).';
  const own = thrown instanceof Error && /^(StartRefused|MissingSecret|DataFolderInUse|DataFolderVersion|EmbeddedPostgresError|DetectorError|VaultError|UpstreamConfigError)$/.test(thrown.name);
  return own ? `Weir did not start.\n${thrown.message}` : `Weir did not start (${code}).`;
}

/** `--config FILE` and `--data DIR`, as `npm start -- --config FILE` passes them. */
function parseArguments(words: readonly string[]): Invocation {
  const valueOf = (name: string): string | undefined => {
    const at = words.indexOf(name);
    return at < 0 ? words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) : words[at + 1];
  };
  return { config: valueOf('--config'), data: valueOf('--data') };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await run(parseArguments(process.argv.slice(2)), process.env);
}
