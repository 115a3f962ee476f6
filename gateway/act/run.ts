/** What one exchange is carried with: the ports it reaches the world through, and what is known of it once its mode is chosen. */
import type { AuditTrail, Coding, Codings, Exchange, HeadInspection, InspectorFactory, Mode, Plan, PolicySource, Relief, ReliefSource, Sniffed } from '../ports.js';
import type { BookPorts, Books } from './books.js';
import type { ChildPorts } from './children.js';
import type { Inflow } from './inflow.js';
import type { Keeping } from './keep.js';

export interface Later {
  readonly signal: AbortSignal;
  add(work: Promise<void>): void;
}

export interface PipelinePorts extends Keeping, BookPorts, ChildPorts {
  readonly inspectors: InspectorFactory;
  /** Without it a body with a content coding is `unsupported`. */
  readonly codings?: Codings | undefined;
  readonly policies: PolicySource;
  /** Told of what goes on after a body has left; its signal ends that early, and then it is on record how far it got. */
  readonly later?: Later | undefined;
  /** Exceptions and break-glass; without it there are none. */
  readonly relief?: ReliefSource | undefined;
  readonly audit: AuditTrail;
  /** Keys the fingerprint of whole bodies. */
  readonly fingerprintKey: Uint8Array;
}

/** Everything known of an exchange once its mode is chosen. */
export interface Run {
  /** Its body's head is that of the bytes which are read: without the codings that are undone. */
  readonly exchange: Exchange;
  readonly coding: Coding | undefined;
  readonly head: HeadInspection;
  readonly sniffed: Sniffed;
  readonly plan: Plan;
  readonly relief: Relief | undefined;
  readonly policy: string;
  /** Also a clean pass is on record before it leaves. */
  readonly auditsPasses?: boolean | undefined;
  readonly mode: Mode;
  readonly prefix: Uint8Array;
  readonly body: Inflow;
  readonly books: Books;
}
