/** The queue's parts and what they need of each other: facts worked out at hold time, the ledgers behind the API, and the feed of changes. */
import type { Config } from '../../config/schema.js';
import { maskAddress } from '../act/masked-facts.js';
import { addressMarks } from '../address-mark.js';
import { bulkLedger } from '../ledger/bulk-ledger.js';
import { changeFeed } from '../ledger/change-feed.js';
import { commentsLedger } from '../ledger/comments-ledger.js';
import { decidersLedger, listeningLedger } from '../ledger/deciders-ledger.js';
import { filtersLedger } from '../ledger/filters-ledger.js';
import { overviewLedger } from '../ledger/overview-ledger.js';
import { queueLedger } from '../ledger/queue-ledger.js';
import type { AssessQueue, Clock, Health, Log } from '../ports.js';
import type { BulkPorts } from '../review/bulk-operations.js';
import type { CommentsPorts } from '../review/comments-operations.js';
import { outsideOf } from '../review/mail-answers.js';
import { eventsHub } from '../review/events-hub.js';
import type { EventsPorts } from '../review/events-operations.js';
import type { FiltersPorts } from '../review/filters-operations.js';
import type { OverviewPorts } from '../review/overview-operations.js';
import type { QueuePorts } from '../review/queue-operations.js';
import { assessment } from './assessing.js';
import type { Storage } from './storage.js';

/** What the queue's topics of the API need; the rest comes with the other topics. */
export type QueueApiPorts = Omit<QueuePorts & CommentsPorts & FiltersPorts & OverviewPorts & EventsPorts & BulkPorts, 'decide' | 'audit' | 'clock'>;

export interface OpenQueue {
  readonly assess: AssessQueue;
  /** Tells consoles of a new message. */
  readonly held: (id: string) => void;
  readonly api: QueueApiPorts;
  /** What of the configuration takes effect while running. */
  apply(settings: Pick<Config, 'grades' | 'domains'>): void;
  stop(): Promise<void>;
}

export interface QueueOptions {
  readonly storage: Storage;
  readonly config: Pick<Config, 'grades' | 'domains' | 'review'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: readonly Health[];
  /** A session that is not used for so long has ended. */
  readonly idleMs: number;
  readonly setUpEnded: () => Promise<boolean>;
}

export function openQueue({ storage, config, clock, log, health, idleMs, setUpEnded }: QueueOptions): OpenQueue {
  const { database, writer: audit } = storage;
  const mark = addressMarks(storage.fingerprintKey);
  const assessing = assessment({ config, fingerprintKey: storage.fingerprintKey });
  let isOutside = outsideOf(config.domains.own);
  const sla = (): Config['review']['sla'] => config.review.sla;

  const feed = changeFeed({ connection: storage.connection, database, log: (code) => log.warn('queue.feed', { code }) });
  const queue = queueLedger({ database, audit, clock });
  const hub = eventsHub({
    feed,
    visible: (ids, scope) => queue.visible(ids, scope),
    counts: ({ scope, accountId }) => queue.counts({ scope, accountId, now: new Date(clock.now()), sla: sla() }),
    every: (milliseconds, tick) => {
      const timer = setInterval(tick, milliseconds);
      return () => clearInterval(timer);
    },
  });
  const listening = listeningLedger({ database, clock, idleMs, setUpEnded });
  return {
    assess: assessing.assess,
    held: (id) => feed.held(id),
    api: {
      queue, mark, sla, maskAddress, hub, health,
      isOutside: (address) => isOutside(address),
      deciders: decidersLedger({ database, clock }),
      comments: commentsLedger({ database, audit, clock }),
      filters: filtersLedger({ database, audit, clock }),
      overview: overviewLedger({ database }),
      bulk: bulkLedger({ database, audit, clock }),
      stillMay: (caller, session) => listening.stillMay(caller, session),
    },
    apply(settings) {
      assessing.apply(settings);
      isOutside = outsideOf(settings.domains.own);
    },
    async stop() {
      hub.close();
      await feed.stop();
    },
  };
}
