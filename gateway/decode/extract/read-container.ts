/** Opens a file and everything in it, in the process it is run in: reads each member as a body is read, and tells what shows. */
import type { ChildPart, ChildSink, Finding, PartReceipt, PartSource } from '../../ports.js';
import { readMember, readName, type MemberPlace, type MemberRead } from './child-member.js';
import { ChildRun, LimitReached, within, type ContainerMemo, type ContainerTools } from './child-run.js';
import { ExtractError, isOutOfMemory, type Extracted, type Member } from './contract.js';
import { isDisputed } from './other-reading.js';

/** Reads `child` to its end and tells everything to the sink, what it could not read as well; it does not throw. Answers with what writing it anew needs, where it can be. */
export async function readContainer(tools: ContainerTools, child: ChildPart, source: PartSource, sink: ChildSink, signal: AbortSignal): Promise<ContainerMemo | undefined> {
  const run = new ChildRun(tools, signal, source.size, child.depth);
  const extracted = await openContainer(run, child, source, sink);
  if (extracted === undefined) return undefined;
  try {
    await readMembers(run, { child, extracted, maskable: extracted.rewrite !== undefined, trail: [] }, sink);
  } catch (thrown) {
    sink.unscannable(problemOf(run, thrown, child.part, source.size));
  } finally {
    await extracted.close();
  }
  return extracted.rewrite === undefined ? undefined : run.memo;
}

async function openContainer(run: ChildRun, child: ChildPart, source: PartSource, sink: ChildSink): Promise<Extracted | undefined> {
  const { tools, signal } = run;
  const refused = (thrown: unknown): undefined => {
    sink.unscannable(problemOf(run, thrown, child.part, source.size));
    return undefined;
  };
  if (child.depth - run.depth >= tools.limits.depth) { refused(new ExtractError('too-deep', child.format)); return; }
  try {
    const extractor = await tools.extractorFor(child.format);
    if (extractor === undefined) { refused(new ExtractError('unsupported', child.format)); return; }
    const extracted = await extractor.open(source, { limits: tools.limits, fileName: child.fileName, contentType: child.contentType, signal });
    // Read all the same.
    if (await isDisputed(child, source)) refused(new ExtractError('malformed', 'another name'));
    if (extracted.chain.length !== 1 || extracted.chain[0] !== child.format) sink.line({ part: child.part, chain: [child.format, ...extracted.chain], scanned: 0, unscanned: 0 });
    return extracted;
  } catch (thrown) {
    refused(thrown); return;
  }
}

/** What may be said of anything thrown: a reason and a word, never what it quotes. */
function problemOf(run: ChildRun, thrown: unknown, part: string, bytes: number): { part: string; reason: ExtractError['reason']; bytes: number; detail: string } {
  if (thrown instanceof ExtractError) return { part, reason: thrown.reason, bytes, detail: thrown.detail };
  if (isOutOfMemory(thrown)) return { part, reason: 'too-large', bytes, detail: 'memory' };
  run.tools.onFailure(thrown);
  return { part, reason: 'failed', bytes, detail: 'extract' };
}

interface Opened {
  readonly child: ChildPart;
  readonly extracted: Extracted;
  /** Every container around can be written anew. */
  readonly maskable: boolean;
  /** Paths of the members it lies in. */
  readonly trail: readonly string[];
}

async function readMembers(run: ChildRun, opened: Opened, sink: ChildSink): Promise<void> {
  const { child, extracted } = opened;
  const names = { scanned: 0, unscanned: 0 };
  for await (const member of extracted.members()) {
    run.countMember();
    const place: MemberPlace = { inside: child.part, depth: child.depth, part: `${child.part}/${member.label}` };
    const trail = [...opened.trail, place.part];
    if (member.nameBytes !== undefined) {
      const maskable = opened.maskable && member.renamable !== false;
      const { malformed, name } = readName(run, member.nameBytes, place.part, { masks: () => true, found: reporter(run, sink, maskable, trail) });
      if (!malformed) run.tools.named?.(place.part, name);
      names[malformed ? 'unscanned' : 'scanned'] += member.nameBytes.length;
      if (malformed) sink.unscannable({ part: place.part, reason: 'malformed', bytes: member.nameBytes.length, detail: 'name' });
    }
    if (member.unscannable !== undefined) tellUnread(sink, place, member.unscannable);
    else await readOne(run, opened, member, { place, trail }, sink);
  }
  if (names.scanned + names.unscanned > 0) sink.line({ part: `${child.part}/names`, chain: ['name'], ...names, ...(names.unscanned > 0 ? { reason: 'malformed' as const } : {}), inside: child.part });
  if (extracted.unread !== undefined) tellUnread(sink, { inside: child.part, depth: child.depth, part: `${child.part}/rest` }, extracted.unread);
}

function tellUnread(sink: ChildSink, { part, inside }: MemberPlace, { reason, detail, bytes = 0 }: NonNullable<Member['unscannable']>): void {
  sink.unscannable({ part, reason, bytes, detail });
  sink.line({ part, chain: [], scanned: 0, unscanned: bytes, reason, inside });
}

function reporter(run: ChildRun, sink: ChildSink, maskable: boolean, trail: readonly string[]): (finding: Finding) => void {
  return (finding) => {
    const own = maskable ? finding : { ...finding, maskable: false };
    if (own.maskable) run.note(own, trail);
    sink.found(own);
  };
}

async function readOne(run: ChildRun, opened: Opened, member: Member, { place, trail }: { place: MemberPlace; trail: readonly string[] }, sink: ChildSink): Promise<void> {
  const maskable = opened.maskable && member.maskable;
  const read = await readMember(run, member, place, { masks: () => true, found: reporter(run, sink, maskable, trail) });
  if (read.thrown !== undefined) {
    tellUnread(sink, place, problemOf(run, read.thrown, place.part, read.size));
    await closeAsides(read);
    if (read.thrown instanceof LimitReached) throw read.thrown;
    return;
  }
  try {
    await openAsides(run, read, { maskable, trail }, sink);
  } finally {
    tellRead(read, place, sink);
    await closeAsides(read);
  }
}

async function openAsides(run: ChildRun, { tree, asides, reading }: MemberRead, { maskable, trail }: { maskable: boolean; trail: readonly string[] }, sink: ChildSink): Promise<void> {
  for (const child of tree.children) {
    const aside = asides.get(child.child);
    const source: PartSource = aside ?? { size: 0, read: () => Promise.resolve(new Uint8Array(0)) };
    const replaceable = reading?.childRanges.some((range) => range.child === child.child && range.replaceable) === true;
    const own = tree.childSink(child.child, (finding) => {
      sink.found(finding);
    });
    const extracted = await openContainer(run, child, source, own);
    if (extracted === undefined) continue;
    try {
      await readMembers(run, { child, extracted, maskable: maskable && replaceable && extracted.rewrite !== undefined, trail: [...trail, within(child.part)] }, own);
    } catch (thrown) {
      own.unscannable(problemOf(run, thrown, child.part, source.size));
      // What is left of the limits is nothing: whoever reads on would stop at once.
      if (thrown instanceof LimitReached) throw thrown;
    } finally {
      await extracted.close();
      await aside?.close();
    }
  }
}

async function closeAsides({ asides }: MemberRead): Promise<void> {
  await Promise.all([...asides.values()].map((aside) => aside.close()));
}

/** Lines and reasons of a member's own reading, and of what was opened in it. */
function tellRead({ tree }: MemberRead, { inside, part }: MemberPlace, sink: ChildSink): void {
  const receipt = tree.receipt();
  let scanned = receipt.scanned + (receipt.inside?.scanned ?? 0);
  let unscanned = receipt.unscanned + (receipt.inside?.unscanned ?? 0);
  for (const line of receipt.parts) {
    scanned -= line.scanned;
    unscanned -= line.unscanned;
    sink.line({ ...line, inside: line.inside ?? inside });
  }
  const folded: PartReceipt = { part: `${part}/more`, chain: [], scanned, unscanned, inside };
  if (receipt.more > 0) sink.line(folded);
  for (const one of tree.unscannable) sink.unscannable(one);
}
