/** The nodes of the fleet in the API: which there are, what each does, and whether all run one policy. */
import { z } from 'zod';
import type { NodesLedger } from '../ports.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { noBody, noParams, noQuery } from './schemas.js';

export const nodesAnswer = z.strictObject({
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      host: z.string(),
      version: z.string(),
      roles: z.array(z.enum(['gateway', 'admin', 'worker'])),
      processes: z.int().meta({ description: 'That carry traffic.' }),
      revision: z.string().optional().meta({ description: 'Of the policy it runs; left out where none runs.' }),
      since: z.iso.datetime().optional().meta({ description: 'Since when it runs that revision.' }),
      startedAt: z.iso.datetime(),
      lastSeen: z.iso.datetime(),
      alive: z.boolean().meta({ description: 'Heard of within the last minute.' }),
      here: z.boolean().meta({ description: 'The node that answers.' }),
    }),
  ),
  samePolicy: z.boolean().meta({ description: 'False while living nodes run different revisions.' }),
});

export function nodesOperations({ nodes, here }: { readonly nodes: Pick<NodesLedger, 'list'>; readonly here: string }): readonly Operation[] {
  return [
    operation({
      id: 'listNodes', method: 'get', right: 'settings.read', path: '/nodes',
      summary: 'The nodes of the fleet: where each runs, what it does, which policy revision it runs and when it was last heard of.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: nodesAnswer, problems: ['ledger-unavailable'],
      async run() {
        const all = await away(() => nodes.list());
        const revisions = new Set(all.flatMap(({ isAlive, revision }) => (isAlive && revision !== undefined ? [revision] : [])));
        return {
          samePolicy: revisions.size <= 1,
          nodes: all.map((node) => ({
            id: node.id,
            host: node.host,
            version: node.version,
            roles: [...node.roles],
            processes: node.processes,
            revision: node.revision,
            since: node.revisionSince?.toISOString(),
            startedAt: node.startedAt.toISOString(),
            lastSeen: node.lastSeen.toISOString(),
            alive: node.isAlive,
            here: node.id === here,
          })),
        };
      },
    }),
  ];
}
