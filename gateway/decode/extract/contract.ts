/** What a container format owes: its members one after the other, and, where it can, the container written anew. Runs in a child process (HC 34). */
import type { PartSource, UnscannableReason } from '../../ports.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import type { ExtractLimits } from './limits.js';

export interface Extractor {
  /** As gateway/decode/magic.ts calls it. */
  readonly format: string;
  /** Throws ExtractError where the bytes are no such container, or one that nobody here can open. */
  open(source: PartSource, context: ExtractContext): Promise<Extracted>;
}

export interface ExtractContext {
  readonly limits: ExtractLimits;
  readonly fileName: string | undefined;
  /** As declared; a picture declared as a document is no picture to be waved through. */
  readonly contentType?: string | undefined;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

export interface Extracted {
  /** As receipts call it: ['docx'], ['zip'], ['7z'] … */
  readonly chain: readonly string[];
  /** Bytes of the container itself that no member stands for and that nobody has read; counted as unread in its receipt line. */
  readonly unread?: { readonly bytes: number; readonly reason: UnscannableReason; readonly detail: string } | undefined;
  /** In the container's order; each is read to its end before the next is asked for. The same members in the same order whenever it is called. */
  members(): AsyncIterable<Member>;
  /** The container with some members' bytes or names changed, everything else as it was. Absent: cannot be rewritten. */
  rewrite?(changes: ReadonlyMap<number, MemberChange>): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface MemberChange {
  /** May be called again: each call starts at the first byte. */
  readonly bytes?: () => AsyncIterable<Uint8Array>;
  /** As long as the one before. */
  readonly name?: Uint8Array;
}

export interface Member {
  /** Never twice in one container; what changes are named by. */
  readonly index: number;
  /** Raw bytes of the name: scanned as text like a file name (fill `_`), in UTF-8 and GB18030; undefined where members have no names of people's choosing. */
  readonly nameBytes: Uint8Array | undefined;
  /** A short safe label for the part path: position and extension, e.g. `3.xml`, never the name. */
  readonly label: string;
  /** How to read it; absent: by content and declared type. */
  readonly reader?: ((context: PartContext) => PartReader) | undefined;
  readonly contentType?: string | undefined;
  /** Not asked for where `unscannable` is set. Throws ExtractError where the bytes cannot be had; what came before still counts. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** False: findings in it cannot be masked. */
  readonly maskable: boolean;
  /** False: findings in its name cannot be masked, although those in its bytes can. */
  readonly renamable?: boolean | undefined;
  /** Set: nobody reads it, and why (encrypted, too-large …). */
  readonly unscannable?: { readonly reason: UnscannableReason; readonly detail: string; /** Its size where that is known; counted as unread. */ readonly bytes?: number | undefined } | undefined;
}

/** Why bytes cannot be read. `detail` is a word or two for people, never content. */
export class ExtractError extends Error {
  override readonly name = 'ExtractError';
  constructor(
    readonly reason: UnscannableReason,
    readonly detail: string,
  ) {
    super(reason);
  }
}

/** How V8 says that bytes could not be had: the bound of the process, or one of its own. */
export function isOutOfMemory(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'RangeError' && 'message' in thrown && /allocation failed|out of memory|Invalid (typed )?array( buffer)? length/i.test(String(thrown.message));
}

/** Extensions are shown only where they are short and plain: a name is content. */
const EXTENSION = /\.([A-Za-z][A-Za-z0-9]{0,4})$/;

/** `3.xml` for the third member of whatever name. */
export function memberLabel(index: number, name: string | Uint8Array | undefined): string {
  const text = name === undefined ? '' : typeof name === 'string' ? name : Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
  const extension = EXTENSION.exec(text.slice(-8))?.[1];
  return extension === undefined || /\d{4}/.test(extension) ? String(index) : `${index}.${extension.toLowerCase()}`;
}
