/** Scanning again what is held: with the detectors of this process and the policy in force, ordered once for each revision that begins to run in a fleet. */
import { createHash } from 'node:crypto';
import type { LiveSettings } from '../../config/reload.js';
import { httpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import type { JobHandler } from '../../workers/job.js';
import { rescanHandler } from '../../workers/rescan.js';
import { sealedMailHead } from '../act/mail/envelope.js';
import { replay } from '../body/replay.js';
import { requestBodyHead, responseBodyHead } from '../channels/http/body-head.js';
import { parseTarget } from '../channels/http/target.js';
import { codings } from '../decode/codec/codings.js';
import type { Engine } from '../engine.js';
import { causeCode } from '../errors.js';
import { rescanLedger } from '../ledger/rescan-ledger.js';
import { compilePolicies } from '../policy/compile.js';
import { policySource } from '../policy/source.js';
import type { BodyHead, Clock, Log, PartOpener, RescanOrder, SealedHead, WrapPort } from '../ports.js';
import { assessment } from './assessing.js';
import type { Storage } from './storage.js';

export interface Rescans {
  /** For the workers of this process; `breakOff` aborts when it has to end. */
  readonly handler: (breakOff: AbortSignal) => JobHandler;
  readonly order: RescanOrder;
  /** Another policy is in force: what is held is scanned with it. */
  apply(settings: LiveSettings, revision: string): Promise<void>;
}

export interface RescansOptions {
  readonly config: Config;
  readonly revision: string;
  readonly detection: Engine;
  readonly storage: Storage;
  /** Opens what lies in held messages. */
  readonly opener: PartOpener;
  readonly clock: Clock;
  readonly log: Log;
  readonly wrap: WrapPort;
  /** Called after jobs were made. */
  readonly onJob: () => void;
}

export function rescans(options: RescansOptions): Rescans {
  const { config, detection, storage, clock, log, wrap } = options;
  const ledger = wrap('rescan', rescanLedger({ database: storage.database, audit: storage.writer, clock }));
  const policies = policySource(compilePolicies(config, options.revision));
  const assessing = assessment({ config, fingerprintKey: storage.fingerprintKey });
  const inspectors = detection.inspectors();
  const judged = new Set(config.routes.filter(({ policy }) => policy !== undefined).map(({ id }) => id));
  const scanHeaders = new Map(httpRoutes(config).map((route) => [route.id, route.scanHeaders]));
  let running = rescanRevision(config, detection.version);

  const orderOnce = async (): Promise<void> => {
    try {
      const messages = await ledger.order({ revision: running, cause: 'revision', actor: 'system' });
      if (messages === undefined || messages === 0) return;
      log.info('rescan.ordered', { revision: running, messages });
      options.onJob();
    } catch (thrown) {
      // The next start or reload orders it; a person may as well.
      log.warn('rescan.not-ordered', { cause: causeCode(thrown) });
    }
  };
  // Tests and commands that never open a listener have begun no revision; the first turn of the loop is after the wiring.
  setImmediate(() => void orderOnce());

  return {
    handler: (stop) =>
      rescanHandler({
        ledger, stop,
        children: { opener: options.opener, spools: storage.spools },
        vault: storage.reader === undefined ? undefined : wrap('vault-reader', storage.reader),
        using: () => ({
          revision: running,
          inspectors,
          codings: codings(),
          bodyHead: (head) => sealedHeadOf(head, scanHeaders.get(head.route) ?? []),
          judge: (head, sniffed, headEvidence, all) => (!judged.has(head.route) ? undefined : policies.forRoute(head.route).plan(head.facts, sniffed, headEvidence).decide(all)),
          assess: assessing.assess,
        }),
        applyEdits: (body, edits) => replay(body, edits, () => true),
        breathe: () => new Promise((resolve) => setImmediate(resolve)),
      }),
    order: {
      async order({ actor, reason }) {
        const messages = (await ledger.order({ revision: running, cause: 'asked', actor, reason })) ?? 0;
        return { revision: running, messages };
      },
      last: () => ledger.last(),
    },
    async apply(settings, revision) {
      policies.replace(compilePolicies(settings, revision));
      assessing.apply(settings);
      const next = rescanRevision(settings, detection.version);
      if (next === running) return;
      running = next;
      await orderOnce();
    },
  };
}

/** What a scan depends on, and nothing else: nodes whose files differ in a port or a path have the same. */
export function rescanRevision(settings: LiveSettings, detectors: string): string {
  const routes = settings.routes.map((route) => ({ id: route.id, policy: route.policy, monitor: route.monitor, scanHeaders: route.channel === 'http' ? route.scanHeaders : [] })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const { policies, grades, monitor, domains } = settings;
  return createHash('sha256').update(JSON.stringify([detectors, policies, grades, monitor, routes, domains])).digest('hex').slice(0, 12);
}

/** The texts of the head as they were scanned when the message came. */
function sealedHeadOf(head: SealedHead, scanHeaders: readonly string[]): BodyHead {
  if (head.mail !== undefined) return sealedMailHead(head.bodyLength, head.mail);
  const { http, facts, bodyLength } = head;
  const target = parseTarget(http.target);
  const named = [...new Set(scanHeaders.map((name) => name.toLowerCase()))];
  if (head.direction === 'response' || target === undefined) return { ...responseBodyHead(http.fields, named), length: bodyLength };
  const texts = requestBodyHead({
    target, fields: http.fields,
    scanHeaders: named,
    subjects: facts.subject === undefined ? [] : [facts.subject],
    addresses: [...new Set([...(facts.sender === undefined ? [] : [facts.sender]), ...facts.recipients])],
  });
  return { ...texts, length: bodyLength };
}
