/** Looks into a file for a person: at one part of it, reading only what leads there, or at the names of all. */
import type { ChildPart, ChildSink, LeafFactory, LookAsked, Looked, PartSource } from '../../ports.js';
import { nameText, readMember, type MemberPlace } from './child-member.js';
import { ChildRun, type ContainerTools } from './child-run.js';
import { ExtractError, type Extracted } from './contract.js';
import { readContainer } from './read-container.js';

const UNHEARD: ChildSink = { found: () => undefined, unscannable: () => undefined, line: () => undefined };

/** Ends a reading that has shown what it was read for. */
class Enough extends Error {
  override readonly name = 'Enough';
}

/** Undefined where no text of that part is in it. Throws where the file cannot be opened. */
export async function lookIntoContainer(tools: ContainerTools, child: ChildPart, source: PartSource, asked: LookAsked, signal: AbortSignal): Promise<Looked | undefined> {
  const look = tools.look?.(asked);
  if (look === undefined) throw new ExtractError('failed', 'look');
  const leaf: LeafFactory = look.leaf(tools.leaf);
  if (asked.part === undefined) {
    await readContainer({ ...tools, leaf, named: (part, name) => look.named(part, nameText(name) ?? '') }, child, source, UNHEARD, signal);
    return look.answer(true);
  }
  const { part } = asked;
  const run = new ChildRun({ ...tools, leaf }, signal, source.size, child.depth);
  const leadsThere = (path: string): boolean => part === path || part.startsWith(`${path}/`);

  async function opened(at: ChildPart, bytes: PartSource): Promise<boolean> {
    if (at.depth - run.depth >= tools.limits.depth) return true;
    const extractor = await tools.extractorFor(at.format);
    if (extractor === undefined) throw new ExtractError('unsupported', at.format);
    const extracted = await extractor.open(bytes, { limits: tools.limits, fileName: at.fileName, contentType: at.contentType, signal });
    try {
      return await members(at, extracted);
    } finally {
      await extracted.close();
    }
  }
  /** False once there is enough. */
  async function members(at: ChildPart, extracted: Extracted): Promise<boolean> {
    for await (const member of extracted.members()) {
      run.countMember();
      const place: MemberPlace = { inside: at.part, depth: at.depth, part: `${at.part}/${member.label}` };
      if (!leadsThere(place.part) || member.unscannable !== undefined) continue;
      const read = await readMember(run, member, place, {
        masks: () => true,
        found: (finding) => look?.found(finding),
        passed: () => (look?.enough === true ? Promise.reject(new Enough()) : Promise.resolve()),
      });
      try {
        if (read.thrown instanceof Enough) return false;
        if (read.thrown !== undefined) throw read.thrown;
        for (const inner of read.tree.children) {
          const aside = read.asides.get(inner.child);
          if (aside !== undefined && leadsThere(inner.part) && !(await opened(inner, aside))) return false;
        }
        // Labels are the members' own: nobody else is at this place.
        if (part === place.part || look?.answer(true) !== undefined) return true;
      } finally {
        await Promise.all([...read.asides.values()].map((aside) => aside.close()));
      }
    }
    return true;
  }
  return look.answer(await opened(child, source));
}
