/** Walks through a sealed body once, with the readers that scanned it when it came, for one look: and into the containers in it that the look is about. Memory stays flat. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ChildPart, Finding, InspectorFactory, LeafFactory, LookAsked, Looked, LookMaker, OpenedMessage, PartLook, PartOpener, Spool, SpoolFactory, Unreadable } from '../ports.js';
import { sealedBodyHead } from './body-head.js';

/** What wiring hands in from the stages that know bytes. */
export interface ByteTools {
  /** An engine that tells of every finding, however many there are; `tap` listens at its leaves. */
  readonly inspectors: (onFinding: (finding: Finding) => void, tap?: (leaf: LeafFactory) => LeafFactory) => InspectorFactory;
  readonly look: LookMaker;
  /** A body with a sealed edit log applied: what a masked release sends. */
  readonly masked: (body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** Opens containers; without it they stay closed. */
  readonly opener?: PartOpener | undefined;
  readonly spools?: Pick<SpoolFactory, 'create'> | undefined;
  /** Milliseconds of `performance.now()` at which a look has taken long enough. */
  readonly until?: number | undefined;
}

/** So far into a body nobody looks: the processor is the gateway's first. */
export class PreviewLate extends Error {
  override readonly name = 'PreviewLate';
}

/** A container as it lies in the body, put aside whole. */
export interface Aside {
  readonly child: ChildPart;
  readonly spool: Spool;
}

export interface Eyes {
  readonly tap?: ((leaf: LeafFactory) => LeafFactory) | undefined;
  readonly found: (finding: Finding) => void;
  /** Containers to be put aside; each is handed over once its last byte came. Answers whether to go on. */
  readonly wants?: ((child: ChildPart) => boolean) | undefined;
  readonly aside?: ((aside: Aside) => Promise<boolean>) | undefined;
  readonly enough?: (() => boolean) | undefined;
  /** Bytes of the body that were read. */
  readonly passed?: ((bytes: number) => void) | undefined;
}

/** Answers `whole` when the body was read to its end. */
export async function walk(message: OpenedMessage, tools: ByteTools, eyes: Eyes): Promise<'whole' | 'enough' | 'failed'> {
  const inspectors = tools.inspectors(eyes.found, eyes.tap);
  const body = inflow(message.body());
  const put = new Map<number, Spool>();
  const defers = tools.opener?.look !== undefined && tools.spools !== undefined;
  const inspector = inspectors.inspect(sealedBodyHead(message.head), await body.prefix(inspectors.prefixLength), () => true, { defers });
  let size = 0;

  async function taken(): Promise<boolean> {
    for (const { child: number, bytes, last } of inspector.takeChildBytes()) {
      const child = inspector.children[number];
      if (child === undefined || tools.spools === undefined || eyes.wants?.(child) !== true) continue;
      let spool = put.get(number);
      if (spool === undefined) put.set(number, (spool = tools.spools.create()));
      await spool.write(bytes);
      if (!last) continue;
      const goesOn = await eyes.aside?.({ child, spool });
      put.delete(number);
      await spool.close();
      if (goesOn === false) return false;
    }
    return true;
  }
  try {
    for await (const chunk of body.rest()) {
      size += chunk.length;
      inspector.write(Uint8Array.from(chunk));
      eyes.passed?.(chunk.length);
      if (!(await taken())) return 'enough';
      if (eyes.enough?.() === true) return hasFailed() ? 'failed' : 'enough';
      late(tools);
      // Exchanges under way go first.
      await turn();
    }
    inspector.end(message.whole?.() ?? size === message.head.bodyLength);
    if (!(await taken())) return 'enough';
    return hasFailed() ? 'failed' : 'whole';
  } finally {
    await body.close();
    for (const spool of put.values()) await spool.close();
  }
  function hasFailed(): boolean {
    return inspector.unscannable.some(({ part, reason }) => part === 'body' && reason === 'failed');
  }
}

function late({ until }: ByteTools): void {
  if (until !== undefined && performance.now() > until) throw new PreviewLate();
}

/** True where `part` lies in `child`, or is it. */
export function holds(child: Pick<ChildPart, 'part'>, part: string): boolean {
  return part === child.part || part.startsWith(`${child.part}/`);
}

/** One page of one part, wherever it lies. */
export async function lookAt(message: OpenedMessage, tools: ByteTools, asked: LookAsked & { readonly part: string }): Promise<Looked | Unreadable> {
  const look = tools.look(asked);
  let inside: Looked | Unreadable | undefined;
  try {
    const outcome = await walk(message, tools, {
      tap: look.leaf,
      found: (finding) => look.found(finding),
      wants: (child) => holds(child, asked.part),
      aside: async (aside) => (inside = await lookInto(aside, tools, asked)) === undefined,
      enough: () => look.enough,
    });
    if (outcome === 'failed') return 'failed';
    return look.answer(outcome === 'whole') ?? inside ?? 'not-listed';
  } catch (thrown) {
    if (thrown instanceof PreviewLate) return 'timeout';
    throw thrown;
  }
}

/** What all parts are called. Of a body that takes too long, the names that came until then. */
export async function lookAtNames(message: OpenedMessage, tools: ByteTools): Promise<readonly Looked[]> {
  const look: PartLook = tools.look({ offset: 0 });
  const inside: Looked[] = [];
  try {
    await walk(message, tools, {
      tap: look.leaf,
      found: () => undefined,
      wants: () => true,
      async aside(aside) {
        const looked = await lookInto(aside, tools, { offset: 0 });
        if (typeof looked === 'object') inside.push(looked);
        late(tools);
        return true;
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof PreviewLate)) throw thrown;
  }
  return [...[look.answer(true)].filter((one) => one !== undefined), ...inside];
}

async function lookInto({ child, spool }: Aside, { opener, until }: ByteTools, asked: LookAsked): Promise<Looked | Unreadable | undefined> {
  const left = until === undefined ? undefined : Math.ceil(until - performance.now());
  if (left !== undefined && left <= 0) throw new PreviewLate();
  const answer = await opener?.look?.(child, spool, asked, left === undefined ? undefined : AbortSignal.timeout(left));
  if (answer === undefined) return undefined;
  return 'reason' in answer ? answer.reason : answer.looked;
}

/** The decoders choose by the first bytes; those are read ahead, and then given again. */
function inflow(source: AsyncIterable<Uint8Array>): { prefix(length: number): Promise<Uint8Array>; rest(): AsyncGenerator<Uint8Array>; close(): Promise<void> } {
  const iterator = source[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  return {
    async prefix(length) {
      let size = 0;
      while (size < length) {
        const next = await iterator.next();
        if (next.done === true) break;
        kept.push(next.value);
        size += next.value.length;
      }
      return Buffer.concat(kept);
    },
    async *rest() {
      yield* kept;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}
