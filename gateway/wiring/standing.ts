/** Introduces what people have decided beforehand: exceptions, break-glass, the policy and its book, legal holds, notices to senders. */
import { checkContent, type LoadResult } from '../../config/load.js';
import { httpRoutes, isScanned } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';
import { detectorChecks } from '../engine.js';
import { bypassLedger } from '../ledger/bypass-ledger.js';
import { exceptionLedger } from '../ledger/exceptions-ledger.js';
import { legalHoldLedger } from '../ledger/legal-hold-ledger.js';
import { policyRevisionsLedger } from '../ledger/policy-revisions-ledger.js';
import { SUITES, type ActiveBypass, type Clock, type Log, type NodesLedger, type ReliefSource } from '../ports.js';
import { aboutOperations } from '../review/about-operations.js';
import { bypassOperations } from '../review/bypass-operations.js';
import { exceptionsOperations } from '../review/exceptions-operations.js';
import { nodesOperations } from '../review/nodes-operations.js';
import type { Operation } from '../review/operation.js';
import { policyOperations, type RunningPolicy } from '../review/policy-operations.js';
import { settingsOperations, type SettingsPorts } from '../review/settings-operations.js';
import type { ThisNode } from './node.js';
import { policyBook } from './policy-book.js';
import { reliefFeed } from './relief.js';
import type { Storage } from './storage.js';

export interface StandingOptions {
  readonly config: Config;
  readonly configFile: string;
  readonly revision: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Log;
  readonly setUpEnded: SettingsPorts['setUpEnded'];
  /** A decision left a job. */
  readonly onJob: () => void;
  /** What was approved or ended is in force in this process; what it resolves for is in force wherever this node carries traffic. */
  readonly onRelief: () => Promise<void>;
  readonly nodes: Pick<NodesLedger, 'list'>;
  readonly node: Pick<ThisNode, 'id' | 'otherPolicies'>;
  /** Where traffic goes in, once it does. */
  readonly dataPort: () => number;
}

export interface Standing {
  readonly relief: ReliefSource;
  readonly operations: readonly Operation[];
  bypasses(): readonly ActiveBypass[];
  /** A changed file is in force. */
  reloaded(revision: string, settings: RunningPolicy['settings']): void;
  stop(): Promise<void>;
}

/** Opens with what is in force already: a restart ends neither an exception nor a bypass. */
export async function standing(options: StandingOptions): Promise<Standing> {
  const { config, configFile, env, storage, clock, log, version } = options;
  const parts = { database: storage.database, audit: storage.writer, clock };
  const feed = { refresh: (): Promise<void> => Promise.resolve() };
  // What was approved is in force here when its answer arrives.
  const onChange = async (): Promise<void> => {
    await Promise.all([feed.refresh(), options.onRelief()]);
  };
  const exceptions = exceptionLedger({ ...parts, onChange });
  const bypasses = bypassLedger({ ...parts, onChange });
  const relief = reliefFeed({ exceptions, bypasses, config, key: storage.fingerprintKey, clock, log });
  feed.refresh = () => relief.refresh();
  await relief.refresh();
  for (const { id, route, endsAt } of relief.bypasses()) log.warn('bypass.active', { id, route, until: new Date(endsAt).toISOString() });
  const revisions = policyRevisionsLedger(parts);
  const book = policyBook({ file: configFile, version, revisions, clock, log, first: { revision: options.revision, settings: config } });
  const inForce = (): readonly ActiveBypass[] => relief.bypasses();
  return {
    relief,
    bypasses: inForce,
    reloaded: (revision, settings) => book.ran(revision, 'reload', settings),
    operations: [
      ...aboutOperations({
        about: () => ({
          version,
          monitor: book.running().settings.monitor,
          custody: config.vault.custody,
          data: { port: options.dataPort(), tls: config.listen.data.tls !== undefined },
          demo: config.demo ? httpRoutes(config).filter(({ upstream }) => upstream === 'demo').map(({ id, match }) => ({ route: id, path: match.path })) : [],
          bypassed: inForce().map(({ route, endsAt }) => ({ route, endsAt: new Date(endsAt).toISOString() })),
        }),
      }),
      ...exceptionsOperations({ exceptions }),
      ...bypassOperations({ bypasses, inForce, routes: () => config.routes.filter(isScanned).map(({ id }) => id) }),
      ...policyOperations({ running: () => book.running(), revisions, inForce, validate: (yaml) => validation(checkContent(configFile, Buffer.from(yaml, 'utf8'), env, detectorChecks)) }),
      ...nodesOperations({ nodes: options.nodes, here: options.node.id }),
      ...settingsOperations({
        version, config, inForce,
        settings: () => book.running().settings,
        space: () => storage.vault.space(),
        suite: storage.suite,
        suites: SUITES,
        database: storage.databaseKind,
        setUpEnded: options.setUpEnded,
        otherPolicies: () => options.node.otherPolicies(),
        legalHolds: legalHoldLedger({ ...parts, onJob: options.onJob }),
      }),
    ],
    async stop() {
      book.stop();
      await relief.stop();
    },
  };
}

function validation(result: LoadResult): { ok: boolean; revision?: string; problems: LoadResultProblem[]; warnings: LoadResultProblem[] } {
  const warnings = [...result.warnings];
  return result.ok ? { ok: true, revision: result.revision, problems: [], warnings } : { ok: false, problems: [...result.problems], warnings };
}
type LoadResultProblem = LoadResult['warnings'][number];
