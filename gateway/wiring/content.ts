/** What one message's operations are made from: the preview where the review key is, and the ledgers behind facts, history and openings. */
import type { Config } from '../../config/schema.js';
import { replay } from '../body/replay.js';
import { codings } from '../decode/codec/codings.js';
import { namesIn } from '../decode/split/file-names.js';
import { MAIL_HEADER_MOST, mailFields } from '../decode/split/mail-fields.js';
import type { Engine } from '../engine.js';
import { exceptionLedger } from '../ledger/exceptions-ledger.js';
import { factsLedger } from '../ledger/facts-ledger.js';
import { falsePositivesLedger } from '../ledger/false-positives-ledger.js';
import { mailSplits } from '../ledger/mail-splits.js';
import { openingsLedger } from '../ledger/openings-ledger.js';
import { timelineLedger } from '../ledger/timeline-ledger.js';
import type { Clock, PartOpener } from '../ports.js';
import { lookMaker } from '../preview/look.js';
import { preview } from '../preview/preview.js';
import type { ByteTools } from '../preview/walk.js';
import { measuredPreview } from '../record/measured-ports.js';
import type { WorkMetrics } from '../record/work-metrics.js';
import type { ContentPorts } from '../review/content-ports.js';
import { exchangeIds } from './ids.js';
import { plainReader } from './plain-reader.js';
import type { Storage } from './storage.js';

/** The rest comes with the other topics. */
export type ContentApiPorts = Omit<ContentPorts, 'ledger' | 'audit' | 'clock' | 'isOutside'>;

export function contentApi({ storage, detection, opener, config, clock, work }: { /** Opens what lies in held messages. */ readonly opener?: PartOpener | undefined; readonly work: WorkMetrics; readonly storage: Storage; readonly detection: Engine; readonly config: Pick<Config, 'routes'>; readonly clock: Clock }): ContentApiPorts {
  const { database, writer: audit, reader } = storage;
  const masked = new Set(config.routes.filter((route) => route.channel === 'smtp' || route.release !== 'resubmit').map(({ id }) => id));
  const tools: ByteTools = { inspectors: detection.inspectors, look: lookMaker(detection.inspectors(), namesIn), masked: (body, edits) => replay(copied(body), edits, () => true), opener, spools: storage.spools };
  return {
    preview: reader === undefined ? undefined : measuredPreview(preview({ reader, plain: plainReader(reader, codings()), tools, mail: { headerMost: MAIL_HEADER_MOST, fields: mailFields } }), work),
    facts: factsLedger({ database, clock }),
    timeline: timelineLedger({ database }),
    openings: openingsLedger({ database, audit, clock }),
    exceptions: exceptionLedger({ database, audit, clock }),
    splits: mailSplits({ database, audit, clock, vault: storage.vault, newId: exchangeIds(clock) }),
    falsePositives: falsePositivesLedger({ database, audit, clock }),
    // A permit lets the original pass: held answers and resubmitted requests cannot leave masked.
    masksOnRelease: ({ direction, route }) => direction === 'request' && masked.has(route),
  };
}

/** Masks are written into it; what the vault reads from stays its own. */
async function* copied(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield Uint8Array.from(chunk);
}
