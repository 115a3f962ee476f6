/** What the nodes of a fleet know of each other. */

export type NodeRole = 'gateway' | 'admin' | 'worker';

/** A node as it tells of itself, every few seconds. */
export interface NodeBeat {
  /** Stays the same for one data folder. */
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly roles: readonly NodeRole[];
  /** That carry traffic. */
  readonly processes: number;
  /** Of the policy that it runs; undefined where none runs. */
  readonly revision: string | undefined;
}
export interface FleetNode extends NodeBeat {
  readonly startedAt: Date;
  /** Since when it runs this revision. */
  readonly revisionSince: Date | undefined;
  readonly lastSeen: Date;
  /** Heard of lately. */
  readonly isAlive: boolean;
}
export interface NodesLedger {
  /** `began`: the node has just started. */
  beat(node: NodeBeat, began: boolean): Promise<void>;
  /** Longest-running first; those that have been silent for a day are forgotten. */
  list(): Promise<readonly FleetNode[]>;
  /** It stops on purpose: nobody is to miss it. */
  leave(id: string): Promise<void>;
}

/** Failed attempts per network, as all nodes together have counted them. */
export interface SharedAttempts {
  /** How many there were in the window that is open, and for how many more seconds it is. */
  failures(network: string): Promise<{ readonly failures: number; readonly seconds: number }>;
  /** Counts one; the new number. Undefined when there is no room for another network. */
  note(network: string, windowMs: number): Promise<number | undefined>;
}
