/** Reads one member of a container, and its name, by the readers that read bodies. */
import type { Edit, Finding, MaskEdit, Spool } from '../../ports.js';
import { PartTree } from '../part-tree.js';
import { beginReading, type PartReading } from '../reading.js';
import { PREFIX_LENGTH } from '../syntax.js';
import { viewsOf } from '../views.js';
import type { ChildRun } from './child-run.js';
import { ExtractError, type Member } from './contract.js';

export interface MemberPlace {
  /** The container's path and depth. */
  readonly inside: string;
  readonly depth: number;
  /** The member's own path. */
  readonly part: string;
}

export interface MemberEyes {
  readonly masks: (finding: Finding) => boolean;
  readonly found: (finding: Finding) => void;
  /** Takes the bytes, and what is settled of them. */
  readonly passed?: (chunk: Uint8Array | undefined, settled: number, edits: readonly MaskEdit[]) => Promise<void>;
}

export interface MemberRead {
  readonly tree: PartTree;
  /** Undefined before PREFIX_LENGTH bytes. */
  reading: PartReading | undefined;
  /** What is opened in its turn, by number. */
  readonly asides: ReadonlyMap<number, Spool>;
  size: number;
  /** What ended it early. */
  thrown?: Error;
}

/** Reads to the end, or to where something throws: what came before is in the books then as well. The caller closes the asides. */
export async function readMember(run: ChildRun, member: Member, place: MemberPlace, eyes: MemberEyes): Promise<MemberRead> {
  const { tools } = run;
  const tree = new PartTree(tools.leaf, { defers: true, budget: run.parts });
  const asides = new Map<number, Spool>();
  const read: MemberRead = { tree, reading: undefined, asides, size: 0 };
  const declared = { contentType: member.contentType, contentEncoding: undefined, fileName: nameText(member.nameBytes) };
  const begin = (prefix: Uint8Array): PartReading =>
    (read.reading ??= beginReading({ tree, part: place.part, depth: place.depth + 1, inside: place.inside, declared, prefix, reader: member.reader, masks: eyes.masks, found: eyes.found }));
  const step = async (reading: PartReading, chunk: Uint8Array | undefined): Promise<void> => {
    const { settled, edits } = chunk === undefined ? reading.end() : reading.write(chunk);
    await eyes.passed?.(chunk, settled, edits);
    for (const { child, bytes } of tree.takeChildBytes()) {
      let aside = asides.get(child);
      if (aside === undefined) asides.set(child, (aside = tools.spool()));
      await aside.write(bytes);
    }
  };
  const first: Uint8Array[] = [];
  const start = async (): Promise<void> => {
    const prefix = Buffer.concat(first.splice(0));
    const reading = begin(prefix);
    if (prefix.length > 0) await step(reading, prefix);
  };
  try {
    for await (const chunk of member.bytes) {
      run.countBytes(chunk.length);
      read.size += chunk.length;
      if (read.reading !== undefined) await step(read.reading, chunk);
      else if (first.push(chunk.slice()) > 0 && read.size >= PREFIX_LENGTH) await start();
    }
  } catch (thrown) {
    read.thrown = asError(thrown);
  }
  try {
    if (read.reading === undefined) await start();
    await step(begin(NOTHING), undefined);
  } catch (thrown) {
    read.thrown ??= asError(thrown);
  }
  return read;
}

/** By shape: errors may come from another realm. */
function asError(thrown: unknown): Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown ? (thrown as Error) : new ExtractError('failed', 'extract');
}

/** For readers that go by names; shown only where it is masked. */
export function nameText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

const NOTHING = new Uint8Array(0);
const NAME_VIEWS = viewsOf('text', ['utf-8', 'gb18030']);

/** Scans a member's name; answers with it as masked. */
export function readName(run: ChildRun, bytes: Uint8Array, part: string, eyes: Pick<MemberEyes, 'masks' | 'found'>): { readonly name: Uint8Array; readonly edited: boolean; readonly malformed: boolean } {
  const name = bytes.slice();
  let edited = false;
  const leaf = run.tools.leaf(
    { part, views: NAME_VIEWS, fill: '_', json: false },
    {
      masks: eyes.masks,
      found: eyes.found,
      edit: ({ at, bytes: own }: Edit) => {
        name.set(own, at);
        edited = true;
      },
    },
  );
  leaf.write(bytes.slice(), 0, true);
  return { name, edited, malformed: leaf.problem !== undefined };
}
