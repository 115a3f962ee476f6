/** What the first process of a node tells those that carry its traffic, and asks of them. Goes over a channel between the processes: nothing of it lies on the disk. */
import type { LiveSettings } from '../../config/reload.js';
import type { Config } from '../../config/schema.js';
import type { PgConnection } from '../ledger/connection.js';
import type { Health } from '../ports.js';
import type { MetricFamily } from '../record/exposition.js';

export interface GatewayPlan {
  /** `p1` and so on: folder names, and what the log calls it. */
  readonly slot: string;
  readonly of: number;
  readonly config: Config;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** To the embedded database, in the name of the role for daily work. */
  readonly connection: PgConnection | undefined;
  readonly demoUrl: string | undefined;
  /** Taken up one after the other; a route that a later one does not name keeps its policy. */
  readonly policies: readonly InForce[];
}

/** A policy that is in force, or is to be. */
export interface InForce {
  readonly settings: LiveSettings;
  readonly revision: string;
}

export type ComponentAnswer = { readonly component: string } & Awaited<ReturnType<Health['check']>>;

export interface GatewayQuestions {
  /** Opens everything but the listener. */
  readonly open: readonly [GatewayPlan, undefined];
  /** Takes exchanges from now on; the port they come in at. */
  readonly listen: readonly [undefined, number];
  /** Compiles a changed policy, and keeps it ready. */
  readonly prepare: readonly [InForce, undefined];
  /** Switches to what is ready, if it is this revision. */
  readonly commit: readonly [string, undefined];
  readonly relief: readonly [undefined, undefined];
  readonly flush: readonly [undefined, undefined];
  readonly metrics: readonly [undefined, readonly MetricFamily[]];
  readonly health: readonly [undefined, readonly ComponentAnswer[]];
  /** Takes no new exchange, lets running ones finish, closes everything; the last counts. */
  readonly drain: readonly [undefined, readonly MetricFamily[]];
}

/** A message was held: consoles are told by the first process. */
export interface HeldNotice {
  readonly kind: 'held';
  readonly id: string;
}

/** It can be asked from now on. */
export interface HereNotice {
  readonly kind: 'here';
}
