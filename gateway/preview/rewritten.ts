/** Which containers a masked release writes anew: both bodies are read, and what differs is opened. */
import { createHash } from 'node:crypto';
import type { Comparison, Finding, OpenedMessage, PartSource, StoredMessage } from '../ports.js';
import { holds, PreviewLate, walk, type Aside, type ByteTools } from './walk.js';

export type Rewritten = Comparison['rewritten'][number];

interface Print {
  readonly digest: string;
  readonly bytes: number;
}
const PIECE = 256 * 1024;

async function printOf(source: PartSource): Promise<Print> {
  const { size } = source;
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += PIECE) hash.update(await source.read(at, Math.min(PIECE, size - at)));
  return { digest: hash.digest('hex'), bytes: size };
}

const keyOf = ({ part, detector, start, end }: Finding): string => `${detector} ${String(start)} ${String(end)} ${part}`;

/** Of a body that takes too long, what was seen until then. */
export async function rewrittenIn(message: StoredMessage, before: OpenedMessage, after: OpenedMessage, tools: ByteTools): Promise<readonly Rewritten[]> {
  const prints = new Map<string, Print>();
  const out: Rewritten[] = [];
  const each = async (opened: OpenedMessage, take: (aside: Aside, own: Print) => Promise<void>): Promise<void> => {
    await walk(opened, tools, {
      found: () => undefined,
      wants: () => true,
      async aside(aside) {
        const { spool } = aside;
        await take(aside, await printOf(spool));
        if (tools.until !== undefined && performance.now() > tools.until) throw new PreviewLate();
        return true;
      },
    });
  };
  try {
    await each(before, ({ child }, own) => Promise.resolve(void prints.set(child.part, own)));
    if (prints.size === 0) return out;
    await each(after, async (aside, own) => {
      const { part } = aside.child;
      const old = prints.get(part);
      if (old === undefined || old.digest === own.digest) return;
      out.push({ path: part, bytes: old.bytes, becomes: own.bytes, members: await changedIn(message, aside, tools) });
    });
  } catch (thrown) {
    if (!(thrown instanceof PreviewLate)) throw thrown;
  }
  return out;
}

/** Members with a finding that is not there any more. */
async function changedIn(message: StoredMessage, { child, spool }: Aside, { opener, until }: ByteTools): Promise<readonly string[]> {
  const left = new Set<string>();
  const signal = until === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.ceil(until - performance.now())));
  const opened = await opener?.open(child, spool, { found: (finding) => void left.add(keyOf(finding)), unscannable: () => undefined, line: () => undefined }, signal);
  await opened?.close();
  const own = message.findings.filter((finding) => holds(child, finding.part) && !left.has(keyOf(finding)));
  return [...new Set(own.map(({ part }) => part))];
}
