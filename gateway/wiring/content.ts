/** What one message's operations are made from: the preview where the review key is, and the ledgers behind facts, history and openings. */
import type { Config } from '../../config/schema.js';
import { decodeEdits } from '../body/edit-log.js';
import { rewriter } from '../body/rewriter.js';
import type { Engine } from '../engine.js';
import { exceptionLedger } from '../ledger/exceptions-ledger.js';
import { factsLedger } from '../ledger/facts-ledger.js';
import { falsePositivesLedger } from '../ledger/false-positives-ledger.js';
import { openingsLedger } from '../ledger/openings-ledger.js';
import { timelineLedger } from '../ledger/timeline-ledger.js';
import type { Clock } from '../ports.js';
import { preview } from '../preview/preview.js';
import type { ContentPorts } from '../review/content-ports.js';
import type { Storage } from './storage.js';

/** The rest comes with the other topics. */
export type ContentApiPorts = Omit<ContentPorts, 'ledger' | 'audit' | 'clock'>;

export function contentApi({ storage, detection, config, clock }: { readonly storage: Storage; readonly detection: Engine; readonly config: Pick<Config, 'routes'>; readonly clock: Clock }): ContentApiPorts {
  const { database, writer: audit, reader } = storage;
  const masked = new Set(config.routes.filter(({ release }) => release !== 'resubmit').map(({ id }) => id));
  return {
    preview: reader === undefined ? undefined : preview({ reader, tools: { inspectors: detection.inspectors, rewriter, decodeEdits } }),
    facts: factsLedger({ database, clock }),
    timeline: timelineLedger({ database }),
    openings: openingsLedger({ database, audit, clock }),
    exceptions: exceptionLedger({ database, audit, clock }),
    falsePositives: falsePositivesLedger({ database, audit, clock }),
    // A permit lets the original pass: held answers and resubmitted requests cannot leave masked.
    masksOnRelease: ({ direction, route }) => direction === 'request' && masked.has(route),
  };
}
