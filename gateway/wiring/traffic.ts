/** The side of a node that carries traffic, as the rest of the node sees it: in the same process, or in several below it. */
import type { LiveSettings } from '../../config/reload.js';
import type { Health } from '../ports.js';
import type { MetricFamily } from '../record/exposition.js';
import type { MailPort } from './smtp-listeners.js';

export interface Traffic {
  /** Resolves with the port once exchanges are taken. */
  listen(): Promise<number>;
  /** Where mail comes in, once it does. */
  mailPorts(): readonly MailPort[];
  /** Switches to a changed policy wherever traffic is carried. Throws when one place cannot, and nothing has changed then. */
  apply(settings: LiveSettings, revision: string): Promise<void>;
  /** What was approved or ended by now is in force when this resolves. */
  refreshRelief(): Promise<void>;
  /** What was counted by now is in the ledger. */
  flush(): Promise<void>;
  /** What processes of its own have counted; empty when there are none. */
  metrics(): Promise<readonly (readonly MetricFamily[])[]>;
  readonly health: readonly Health[];
  /** Takes no new exchange, lets running ones finish within the configured bound. */
  drain(): Promise<void>;
}
