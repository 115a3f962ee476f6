/** A pipeline on ports in memory that write down, in one list, what happened in which order. */
import { pipeline, type PipelinePorts } from '../../gateway/pipeline.js';
import type {
  Action, AuditEntry, Ended, Evidence, Exchange, ExchangeId, Field, Finding, HeldMessage, HeadText, InspectorFactory, Mode, Outbound, Outcome, Plan, SealedHead, Spool, Verdict,
} from '../../gateway/ports.js';
import { manualClock } from '../kit/clock.js';
import { bodyHead, engine } from '../kit/engine.js';

export interface Wish {
  readonly mode: Mode;
  readonly action: Action | ((evidence: Evidence) => Action);
  readonly masks?: (finding: Finding) => boolean;
  readonly aborts?: boolean;
  readonly monitored?: Verdict['monitored'];
}
export interface Stand {
  readonly events: string[];
  readonly audit: AuditEntry[];
  readonly outcomes: Outcome[];
  readonly held: HeldMessage[];
  readonly sealed: { head: SealedHead; body: string; edits: number; log: Buffer }[];
  /** Spools that are still open. */
  open(): number;
  readonly ports: PipelinePorts;
}

function verdictOf(wish: Wish, evidence: Evidence): Verdict {
  const action = typeof wish.action === 'function' ? wish.action(evidence) : wish.action;
  return { action, rule: `rule-${action}`, policy: 'p@1', severity: 'medium', notify: false, fourEyes: false, monitored: wish.monitored ?? [] };
}

export function stand(wish: Wish, over: Partial<PipelinePorts> & { readonly inspectors?: InspectorFactory } = {}): Stand {
  const events: string[] = [];
  const audit: AuditEntry[] = [];
  const outcomes: Outcome[] = [];
  const held: HeldMessage[] = [];
  const sealed: Stand['sealed'] = [];
  let open = 0;
  const masks = wish.masks ?? ((finding: Finding) => finding.maskable);
  const plan: Plan = { mode: wish.mode, masks, decide: (evidence) => verdictOf(wish, evidence), maskedBy: () => masks, aborts: () => wish.aborts ?? true };
  const spool = (): Spool => {
    let bytes = Buffer.alloc(0);
    let closed = false;
    open++;
    return {
      get size() {
        return bytes.length;
      },
      write: (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        return Promise.resolve();
      },
      read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
      async *stream(offset = 0) {
        for (let at = offset; at < bytes.length; at += 16) {
          if (closed) throw new Error('read after close');
          yield await Promise.resolve(Buffer.from(bytes.subarray(at, at + 16)));
        }
      },
      close: () => {
        if (!closed) open--;
        closed = true;
        return Promise.resolve();
      },
    };
  };
  const later = <T>(event: string, value: T): Promise<T> =>
    new Promise((resolve) => {
      setImmediate(() => {
        events.push(event);
        resolve(value);
      });
    });
  const all = async (bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const out: Uint8Array[] = [];
    for await (const one of bytes) out.push(one);
    return Buffer.concat(out);
  };
  const ports: PipelinePorts = {
    inspectors: engine(),
    policies: { forRoute: () => ({ revision: 'p@1', plan: () => plan }) },
    spools: { create: spool, usage: () => ({ memory: 0, disk: 0 }) },
    vault: {
      seal: async (_id, head, body, edits) => {
        const whole = (await all(body)).toString();
        const log = await all(edits);
        sealed.push({ head, body: whole, edits: log.length, log });
        return later('sealed', { suite: 'age-v1', recipient: 'r', sealedBytes: 1 });
      },
      shred: () => later('shredded', undefined),
      list: () => (async function* () {})(),
      space: () => Promise.resolve({ usedBytes: 0, freeBytes: 1, limitBytes: 1 }),
    },
    ledger: {
      join: () => Promise.resolve(undefined),
      hold: (message) => {
        held.push(message);
        return later('ledger', undefined);
      },
      permit: () => Promise.resolve(undefined),
    },
    audit: {
      append: (entry) => {
        audit.push(entry);
        return later(`audit ${entry.act}`, undefined);
      },
    },
    alerts: { raise: (event) => void events.push(`alert ${event.kind}`) },
    recorder: { exchange: (outcome) => void outcomes.push(outcome) },
    clock: manualClock(),
    retention: () => 1000,
    fingerprintKey: Buffer.from('key'),
    stopwatch: () => 0,
    ...over,
  };
  return { events, audit, outcomes, held, sealed, open: () => open, ports };
}

export interface Sent {
  readonly body: string;
  readonly complete: boolean;
  readonly outbound: Outbound;
}
/** Takes the whole body, as an upstream would; a body that breaks off is not complete. */
export async function take(to: Stand, outbound: Outbound): Promise<Sent> {
  let body = '';
  try {
    for await (const chunk of outbound.body) {
      to.events.push(`sent ${Buffer.from(chunk).toString()}`);
      body += Buffer.from(chunk).toString();
    }
  } catch {
    return { body, complete: false, outbound };
  }
  to.events.push('complete');
  return { body, complete: true, outbound };
}

export interface Given {
  readonly chunks: readonly string[];
  readonly type?: string;
  readonly target?: string;
  readonly fields?: readonly Field[];
  readonly texts?: readonly HeadText[];
  readonly length?: number | 'right';
  readonly streamWithAbort?: boolean;
  readonly maskQuery?: boolean;
  /** Thrown after the last chunk. */
  readonly failure?: Error;
}
export interface Source {
  readonly exchange: Exchange;
  /** The sender's body was read to its end or given back. */
  readonly closed: () => boolean;
  readonly pulled: () => number;
}
export function exchangeOf(given: Given): Source {
  const { chunks, type = 'text/plain', target = '/mail', texts = [], fields = [] } = given;
  let closed = false;
  let pulled = 0;
  const bytes = chunks.map((one) => Buffer.from(one));
  const length = given.length === 'right' ? Buffer.concat(bytes).length : given.length;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of bytes) {
        pulled++;
        yield await Promise.resolve(Uint8Array.from(chunk));
      }
      if (given.failure) throw given.failure;
    } finally {
      closed = true;
    }
  }
  const exchange: Exchange = {
    id: 'w0000000000AAAAAAAAAAAAAAAA' as ExchangeId,
    receivedAt: Date.UTC(2026, 0, 1),
    facts: {
      channel: 'http', route: 'mail', direction: 'request', clientAddress: '10.0.0.1', user: undefined, department: undefined, sender: undefined, recipients: [],
      subject: undefined, destination: 'mail.example', method: 'POST', mediaType: type, fileNames: [],
    },
    http: { method: 'POST', target, fields },
    body: { ...bodyHead(type), length, texts },
    chunks: source(),
    trailers: () => [],
    route: { id: 'mail', streamWithAbort: given.streamWithAbort ?? false, maskQuery: given.maskQuery ?? true },
  };
  return { exchange, closed: () => closed, pulled: () => pulled };
}

export function run(to: Stand, source: Source, forward: (outbound: Outbound) => Promise<Sent> = (outbound) => take(to, outbound)): Promise<Ended<Sent>> {
  return pipeline(to.ports).run(source.exchange, forward);
}
