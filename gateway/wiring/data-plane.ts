/** What carries traffic in one process: listener, pipeline and policies, introduced to the storage they write to. */
import { httpRoutes } from '../../config/routes.js';
import type { Config, HttpRoute } from '../../config/schema.js';
import { httpChannel } from '../channels/http/http-channel.js';
import { afterWork } from '../act/after-work.js';
import { codings } from '../decode/codec/codings.js';
import type { Engine } from '../engine.js';
import { pipeline, type PipelinePorts } from '../pipeline.js';
import { compilePolicies } from '../policy/compile.js';
import { retentionFor, type RetentionSettings } from '../policy/retention.js';
import { policySource } from '../policy/source.js';
import type { ExchangeId, Log, MailPipeline, NextHops, PartBook, Upstream } from '../ports.js';
import { countedPipeline, measuredUpstream, measuredVault } from '../record/measured-ports.js';
import type { Metrics } from '../record/metrics.js';
import type { Tracing } from '../record/telemetry.js';
import type { InForce } from './gateway-plan.js';
import { proxiesOf } from './routes.js';
import type { MailPort } from './smtp-listeners.js';

/** What mail has beside what every exchange has. */
export interface MailTraffic {
  /** By route id. */
  readonly hops: ReadonlyMap<string, NextHops>;
  readonly pipeline: (ports: PipelinePorts) => MailPipeline;
}

export interface DataPlaneOptions extends Pick<PipelinePorts, 'relief' | 'opener' | 'spools' | 'vault' | 'ledger' | 'audit' | 'alerts' | 'clock' | 'recorder' | 'fingerprintKey'> {
  readonly config: Config;
  /** Taken up one after the other. */
  readonly policies: readonly InForce[];
  readonly detection: Engine;
  readonly demoUrl: string | undefined;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Without it no mail is taken: listeners for mail are not opened. */
  readonly mail?: MailTraffic | undefined;
  readonly counts: Pick<Metrics, 'countError' | 'countUnscanned' | 'work' | 'mail'>;
  /** Of exchanges, where traces are exported. */
  readonly tracing?: Tracing | undefined;
  /** Of uploads over several requests. */
  readonly parts: PartBook;
  readonly newId: () => ExchangeId;
  readonly log: Log;
}

export interface DataPlane {
  /** Resolves with the port once exchanges are taken. */
  listen(): Promise<number>;
  /** Where mail comes in, once it does. */
  mailPorts(): readonly MailPort[];
  /** Compiles, or throws; what it answers with switches all routes at once. */
  prepare(next: InForce): () => void;
  drain(): Promise<void>;
  /** After the drain. */
  close(): void;
}

export async function dataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { config, detection, upstreams, counts, tracing, newId, clock, log } = options;
  const policies = policySource(new Map());
  let retentions: RetentionSettings = config;
  const proxies = await proxiesOf(config, options.demoUrl, (route: HttpRoute) => ({
    onError: (code) => counts.countError('http', route.id, code),
    onDone: (bytesIn, bytesOut) => counts.countUnscanned(bytesIn + bytesOut),
    refuse: (request, response, error) => channel.refuse(request, response, error.code, route),
    refuseSocket: (request, socket, error) => channel.refuseSocket(socket, error.code, route, request),
  }));
  const after = afterWork();
  const ports: PipelinePorts = {
    later: after,
    inspectors: detection.inspectors(),
    codings: codings(),
    policies, clock,
    relief: options.relief,
    opener: options.opener,
    spools: options.spools,
    vault: measuredVault(options.vault, counts.work),
    ledger: options.ledger,
    audit: options.audit,
    alerts: options.alerts,
    recorder: options.recorder,
    fingerprintKey: options.fingerprintKey,
    canaries: new Map(config.alerts.canaries.flatMap(({ id, fingerprints }) => fingerprints.map((fingerprint) => [fingerprint, id] as const))),
    stopwatch: () => performance.now(),
    retention: (route, detectors) => retentionFor(retentions, route, detectors),
  };
  const measured = (upstream: Upstream, route: string): Upstream => {
    const counted = measuredUpstream(upstream, route, counts.work);
    return tracing?.upstream(counted, route) ?? counted;
  };
  const channel = httpChannel({
    listen: config.listen.data,
    routes: httpRoutes(config),
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    upstreams: new Map([...upstreams].map(([id, upstream]) => [id, measured(upstream, id)])),
    passThrough: (route, request, response, via) => proxies.byRoute.get(route.id)?.web(request, response, via),
    upgrade: (route, request, socket, head, via) => proxies.byRoute.get(route.id)?.upgrade(request, socket, head, via),
    parts: options.parts,
    newId, clock, log,
    language: config.language,
    onError: (code, route) => counts.countError('http', route, code),
    pipeline: countedPipeline(tracing?.pipeline(pipeline(tracing.ports(ports))) ?? pipeline(ports), counts.work),
  });
  const prepare = ({ settings, revision }: InForce): (() => void) => {
    const compiled = compilePolicies(settings, revision);
    return () => {
      policies.replace(compiled);
      retentions = settings;
    };
  };
  for (const one of options.policies) prepare(one)();
  const mail = options.mail === undefined ? undefined : (await import('./smtp-listeners.js')).smtpListeners({ config, hops: options.mail.hops, pipeline: options.mail.pipeline(tracing?.ports(ports) ?? ports), counts, newId, clock, log });
  let mailPorts: readonly MailPort[] = [];
  const drainChannels = async (boundMs: number): Promise<void> => {
    await Promise.all([channel.drain(boundMs), mail?.drain(boundMs)]);
  };
  return {
    async listen() {
      try {
        const { port } = await channel.listen();
        mailPorts = (await mail?.listen()) ?? [];
        return port;
      } catch (thrown) {
        // One that cannot listen leaves none behind that does.
        await drainChannels(0);
        throw thrown;
      }
    },
    mailPorts: () => mailPorts,
    prepare,
    drain: async () => {
      const until = performance.now() + config.limits.drain;
      await drainChannels(config.limits.drain);
      await after.settle(Math.max(0, until - performance.now()));
    },
    close: () => proxies.close(),
  };
}
