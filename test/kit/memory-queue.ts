/** The queue's parts of the API over messages in memory: enough of each for tests of other topics. */
import { addressMarks } from '../../gateway/address-mark.js';
import { BadCursor } from '../../gateway/ledger/queue-ledger.js';
import { WAITING_STATES, type QueuedMessage, type QueueFilter, type QueueLedger, type SlaLimits, type StoredMessage } from '../../gateway/ports.js';
import { outsideOf } from '../../gateway/review/mail-answers.js';
import type { QueueApiPorts } from '../../gateway/wiring/queue.js';

export const HOUR_MS = 3_600_000;
export const SLA: SlaLimits = { critical: 4 * HOUR_MS, high: 4 * HOUR_MS, medium: 24 * HOUR_MS, low: 24 * HOUR_MS, info: 24 * HOUR_MS };
export const testMark = addressMarks(Buffer.alloc(32, 7));

const QUEUE: QueuedMessage['queue'] = {
  risk: 40, riskReasons: [{ code: 'severity-high', points: 30 }], groupKey: 'abcdefgh', groupReason: 'fingerprints', groupSize: 1, grades: ['C2'], detectors: ['cn.phone'],
  fileNames: [], department: undefined, senderMark: undefined, assignee: undefined, comments: 0, legalHold: false,
};

/** `up` throws while the ledger is to be away. */
export function memoryQueue(messages: ReadonlyMap<string, StoredMessage>, up: () => void = () => undefined): QueueApiPorts {
  const assigned = new Map<string, string | null>();
  const matches = (one: StoredMessage, { states, routes, id }: QueueFilter): boolean =>
    (states?.includes(one.state) ?? true) && (routes?.includes(one.route) ?? true) && (id === undefined || one.id === id);
  const view = ({ findings: _findings, receipt: _receipt, ...one }: StoredMessage): QueuedMessage => ({ ...one, queue: { ...QUEUE, assignee: assigned.get(one.id) ?? undefined } });
  const queue: QueueLedger = {
    async page({ filter, limit, after }) {
      up();
      const all = [...messages.values()].filter((one) => matches(one, filter));
      const from = after === undefined ? 0 : Number(after);
      if (Number.isNaN(from)) throw new BadCursor('a cursor of another list');
      return { messages: all.slice(from, from + limit).map(view), next: from + limit < all.length ? String(from + limit) : undefined };
    },
    async groups() {
      return [];
    },
    async counts() {
      up();
      return { states: { held: messages.size }, mine: 0, unassigned: messages.size, late: 0 };
    },
    async visible(ids, scope) {
      return new Set(ids.filter((id) => scope?.routes === undefined || scope.routes.includes(messages.get(id)?.route ?? '')));
    },
    async assign(id, { to }) {
      up();
      const found = messages.get(id);
      if (found === undefined) return { kind: 'not-found' };
      if (!WAITING_STATES.some((state) => state === found.state)) return { kind: 'wrong-state', state: found.state };
      assigned.set(id, to);
      return { kind: 'done' };
    },
  };
  return {
    queue,
    mark: testMark,
    sla: () => SLA,
    isOutside: outsideOf(['corp.example']),
    maskAddress: (address) => `${address.slice(0, 1)}***`,
    health: [],
    deciders: { list: async () => [{ id: 'ann', name: 'ann', displayName: 'Ann', scope: undefined }, { id: 'bob', name: 'bob', displayName: 'Bob', scope: { routes: ['mail'] } }] },
    comments: { add: async () => 'not-found', list: async () => [] },
    filters: { list: async () => [], save: async () => 'too-many', remove: async () => false },
    overview: { figures: () => Promise.reject(new Error('no figures here')) },
    bulk: { candidates: async () => [], plan: async () => undefined, take: async () => undefined, finished: async () => undefined },
    hub: { open: () => undefined, clients: 0, close: () => undefined },
    stillMay: async () => true,
  };
}
