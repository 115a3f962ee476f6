/** This node among the others of its fleet: says every few seconds that it is there, and knows which of the others run another policy. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { causeCode } from '../errors.js';
import type { Clock, FleetNode, Health, Log, NodeBeat, NodesLedger } from '../ports.js';

/** Six chances to be heard of before a node counts as gone. */
const BEAT_MS = 10_000;
/** A changed policy reaches one node after the other: what takes longer is worth a call. */
const ROLLOUT_MS = 5 * 60_000;

/** The node's own name in the fleet; lies in its data folder and so outlives it. */
export function nodeId(dataDir: string): string {
  const file = join(dataDir, 'node-id');
  try {
    writeFileSync(file, `${randomBytes(8).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    if (causeCode(thrown) !== 'EEXIST') throw thrown;
  }
  return readFileSync(file, 'utf8').trim();
}

export interface ThisNode {
  readonly id: string;
  /** Shown by /readyz: this node works without the others, and on-call people are told when it runs another policy than they for long. */
  readonly health: Health;
  /** Hosts of living nodes that run another policy. */
  otherPolicies(): readonly string[];
  /** The longest-running of the living nodes with a console; undefined while the ledger is away. */
  isFirst(): boolean | undefined;
  /** Says it now. */
  beat(): Promise<void>;
  stop(): Promise<void>;
}

export interface ThisNodeOptions {
  readonly nodes: NodesLedger;
  readonly id: string;
  readonly version: string;
  readonly roles: NodeBeat['roles'];
  readonly processes: number;
  /** Of the policy that runs now. */
  readonly revision: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Is known to the others when this resolves, unless the ledger is away. */
export async function thisNode(options: ThisNodeOptions): Promise<ThisNode> {
  const { nodes, id, clock, log, revision } = options;
  let known: readonly FleetNode[] | undefined;
  let began = true;
  let differsSince: number | undefined;
  let isAway = false;

  const living = (): readonly FleetNode[] => known?.filter(({ isAlive }) => isAlive) ?? [];
  const others = (): readonly FleetNode[] => living().filter((node) => node.id !== id && node.revision !== undefined && node.revision !== revision());
  const say = async (): Promise<void> => {
    try {
      await nodes.beat({ id, host: hostname(), version: options.version, roles: options.roles, processes: options.processes, revision: revision() }, began);
      began = false;
      known = await nodes.list();
      isAway = false;
    } catch (thrown) {
      if (!isAway) log.warn('node.unheard', { cause: causeCode(thrown) });
      isAway = true;
    }
    const differs = others().length > 0;
    if (differs && differsSince === undefined) log.warn('node.policy-differs', { revision: revision(), others: others().length });
    differsSince = differs ? (differsSince ?? clock.now()) : undefined;
  };
  let turn = Promise.resolve();
  const beat = (): Promise<void> => (turn = turn.then(say));
  await beat();
  const timer = setInterval(() => void beat(), BEAT_MS);
  timer.unref();

  return {
    id,
    beat,
    otherPolicies: () => others().map(({ host, revision: theirs }) => `${host} (${theirs ?? ''})`),
    isFirst: () => (known === undefined ? undefined : living().find(({ roles }) => roles.includes('admin'))?.id === id),
    health: {
      component: 'fleet',
      check() {
        const count = Math.max(1, living().length);
        const differing = others();
        const detail = differing.length === 0 ? `${count} ${count === 1 ? 'node' : 'nodes'}, one policy` : `${count} nodes, ${differing.length} with another policy than here (${revision() ?? ''})`;
        return Promise.resolve({ ok: differsSince === undefined || clock.now() - differsSince < ROLLOUT_MS, neededFor: 'nothing', detail });
      },
    },
    async stop() {
      clearInterval(timer);
      await turn;
      await nodes.leave(id).catch((thrown: unknown) => log.warn('node.unheard', { cause: causeCode(thrown) }));
    },
  };
}
