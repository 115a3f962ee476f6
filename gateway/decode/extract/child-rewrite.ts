/** Writes a container anew: reads again what masks are wanted in, from the inside out, and lets the format put itself together. */
import type { ChildPart, ChildRange, Finding, PartSource, Spool } from '../../ports.js';
import { readMember, readName, type MemberPlace, type MemberRead } from './child-member.js';
import { ChildRun, masksOf, within, type ContainerMemo, type ContainerTools } from './child-run.js';
import { ExtractError, type Extracted, type Member, type MemberChange } from './contract.js';

interface Opened {
  readonly child: ChildPart;
  readonly extracted: Extracted;
}

/** `child` with masks where `wanted` says so of its memo's samples; nothing at all where that changes nothing. Throws where it cannot be written. */
export async function* rewriteContainer(tools: ContainerTools, child: ChildPart, source: PartSource, { touched, samples }: ContainerMemo, wanted: readonly boolean[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!wanted.includes(true)) return;
  const run = new ChildRun(tools, signal, source.size, child.depth, touched);
  const extractor = await tools.extractorFor(child.format);
  if (extractor === undefined) throw new ExtractError('failed', child.format);
  const spools: Spool[] = [];
  const extracted = await extractor.open(source, { limits: tools.limits, fileName: child.fileName, contentType: child.contentType, signal });
  try {
    const pieces = await changed(run, { child, extracted }, masksOf(samples, wanted), spools);
    if (pieces !== undefined) yield* pieces;
  } finally {
    await Promise.all(spools.map((spool) => spool.close()));
    await extracted.close();
  }
}

/** `spools` collects what has to stay until the bytes were taken. Nothing: no mask is wanted in it. */
async function changed(run: ChildRun, { child, extracted }: Opened, masks: (finding: Finding) => boolean, spools: Spool[]): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (extracted.rewrite === undefined) return undefined;
  const changes = new Map<number, MemberChange>();
  for await (const member of extracted.members()) {
    run.countMember();
    const place: MemberPlace = { inside: child.part, depth: child.depth, part: `${child.part}/${member.label}` };
    if (!run.isTouched(place.part)) continue;
    const named = member.nameBytes === undefined || member.renamable === false ? undefined : readName(run, member.nameBytes, place.part, { masks, found: () => undefined });
    const bytes = member.unscannable === undefined && member.maskable ? await changedBytes(run, member, place, masks, spools) : undefined;
    if (named?.edited !== true && bytes === undefined) continue;
    changes.set(member.index, { ...(bytes === undefined ? {} : { bytes }), ...(named?.edited === true ? { name: named.name } : {}) });
  }
  return changes.size === 0 ? undefined : extracted.rewrite(changes);
}

async function changedBytes(run: ChildRun, member: Member, place: MemberPlace, masks: (finding: Finding) => boolean, spools: Spool[]): Promise<MemberChange['bytes']> {
  const { tools } = run;
  const out = tools.spool();
  spools.push(out);
  const rewriter = tools.rewriter();
  const seen = { edits: 0, wanted: 0, settled: 0 };
  const read = await readMember(run, member, place, {
    masks(finding) {
      const answer = finding.maskable && masks(finding);
      if (answer) seen.wanted++;
      return answer;
    },
    found: () => undefined,
    async passed(chunk, settled, edits) {
      // The reader may still hold the chunk: changed is a copy.
      if (chunk !== undefined) rewriter.push(Buffer.from(chunk));
      // A reader that lets bytes go before it has masked them cannot write.
      if (edits.some(({ at }) => at < seen.settled)) throw new ExtractError('failed', 'mask');
      seen.settled = settled;
      seen.edits += edits.length;
      for (const piece of rewriter.release(settled, edits)) await out.write(piece);
    },
  });
  try {
    // What could be read once can be read again, or nothing of it may leave.
    if (read.thrown !== undefined) throw read.thrown;
    if (seen.wanted > 0 && seen.edits === 0) throw new ExtractError('failed', 'mask');
    const replaced = await changedChildren(run, read, masks, spools);
    return seen.edits > 0 || replaced.length > 0 ? () => spliced(run, out, replaced) : undefined;
  } finally {
    await Promise.all([...read.asides.values()].map((aside) => aside.close()));
  }
}

interface Replaced {
  readonly range: ChildRange;
  readonly bytes: Spool;
}

async function changedChildren(run: ChildRun, { tree, reading, asides }: MemberRead, masks: (finding: Finding) => boolean, spools: Spool[]): Promise<readonly Replaced[]> {
  const { tools, signal } = run;
  const replaced: Replaced[] = [];
  for (const range of reading?.childRanges ?? []) {
    const child = tree.children[range.child];
    const source: PartSource | undefined = asides.get(range.child);
    if (child === undefined || source === undefined || !range.replaceable || !run.isTouched(within(child.part))) continue;
    const extractor = await tools.extractorFor(child.format);
    if (extractor === undefined) throw new ExtractError('failed', child.format);
    const extracted = await extractor.open(source, { limits: tools.limits, fileName: child.fileName, contentType: child.contentType, signal });
    try {
      const pieces = await changed(run, { child, extracted }, masks, spools);
      if (pieces === undefined) continue;
      const bytes = tools.spool();
      spools.push(bytes);
      for await (const piece of pieces) await bytes.write(piece);
      replaced.push({ range, bytes });
    } finally {
      await extracted.close();
    }
  }
  return replaced;
}

/** A member's masked bytes, with other children in their places. */
async function* spliced(run: ChildRun, bytes: Spool, replaced: readonly Replaced[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const { range, bytes: own } of replaced) {
    yield* stretch(bytes, at, range.from);
    yield* run.tools.rewrapped(own.stream(), range.wraps);
    at = range.to;
  }
  yield* stretch(bytes, at, bytes.size);
}

const PIECE = 64 * 1024;

async function* stretch(spool: Spool, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE) yield spool.read(at, Math.min(PIECE, to - at));
}
