/** Keeps a body until its verdict: in memory while the process-wide budget lasts, then in an encrypted temp file. */
import { WeirError } from '../errors.js';
import type { Spool, SpoolFactory } from '../ports.js';
import { frameFile, prepareSpoolFolder, type Budget, type FrameFile } from './spool-store.js';
import { bytesOf, WholeSpool } from './whole-spool.js';

/** HC 35: shared by all spools of a process. */
const MEMORY_BUDGET = 96 * 2 ** 20;
/** Enough for a few very large uploads at once; a full disk says `spool-full` long before on most machines. */
const DISK_BUDGET = 64 * 2 ** 30;
/** One AES-GCM seal each (HC 34): large enough to be fast, small enough that a ranged read decrypts little beside it. */
const FRAME = 64 * 2 ** 10;
/** The last frame grows to FRAME from here, so that ten thousand small bodies do not take 64 KiB each. Also what a spool keeps in memory when the budget is spent: smaller frames would cost more than they save. */
const LEAST = 4 * 2 ** 10;
/** A chunk that is taken over keeps all memory around it: with more than this for each byte of it, it is copied instead. */
const WASTE_MOST = 4;
const NOTHING = Buffer.alloc(0);
const CLOSED: Promise<void> = Promise.resolve();

export interface SpoolOptions {
  /** Private to this gateway; made when missing. */
  readonly dir: string;
  readonly memoryBudget?: number;
  readonly diskBudget?: number;
}

/** A stretch of the body: kept in memory, or on disk at `position`. */
interface Frame {
  readonly start: number;
  readonly length: number;
  readonly kept: Uint8Array | undefined;
  readonly position: number;
}

export function spoolFactory({
  dir,
  memoryBudget = MEMORY_BUDGET,
  diskBudget = DISK_BUDGET,
}: SpoolOptions): SpoolFactory {
  prepareSpoolFolder(dir);
  const memory: Budget = { limit: memoryBudget, used: 0 };
  const disk: Budget = { limit: diskBudget, used: 0 };
  return {
    create: () => new FramedSpool(memory, () => frameFile(dir, disk)),
    hold: (chunks) => (memory.used + bytesOf(chunks) > memory.limit ? undefined : new WholeSpool(chunks, memory)),
    usage: () => ({ memory: memory.used, disk: disk.used }),
  };
}

/** Memory of all spools together stays within the budget, plus LEAST for each one that is open and one frame for each write under way. */
class FramedSpool implements Spool {
  #frames: Frame[] = [];
  /** The frame being filled; its bytes are counted as soon as they are allocated. */
  #tail = NOTHING;
  #tailLength = 0;
  /** What the last chunk that was taken over is part of: counted once. */
  #around: ArrayBufferLike | undefined;
  #size = 0;
  #charged = 0;
  #file: FrameFile | undefined;
  #writing = false;
  #failure: WeirError | undefined;
  #closed = false;

  constructor(
    private readonly memory: Budget,
    private readonly makeFile: () => FrameFile,
  ) {}

  get size(): number {
    return this.#size;
  }

  /** Copies what it keeps: the chunk is the caller's again when the promise resolves. One call at a time. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#check();
    if (this.#writing) throw new WeirError('internal');
    this.#writing = true;
    try {
      for (let at = 0; at < chunk.length;) {
        const piece = chunk.subarray(at, at + FRAME - this.#tailLength);
        this.#append(piece);
        at += piece.length;
        const short = this.memory.used > this.memory.limit;
        if (this.#tailLength === FRAME || (short && at === chunk.length && this.#tailLength >= LEAST))
          await this.#turn(short);
      }
    } catch (thrown) {
      // Bytes are missing from here on: nobody may take the rest for the whole body.
      this.#failure ??= thrown instanceof WeirError ? thrown : new WeirError('internal', { cause: thrown });
      throw this.#failure;
    } finally {
      this.#writing = false;
    }
  }

  adopt(chunk: Uint8Array): Promise<void> | undefined {
    const { length, buffer } = chunk;
    const more = buffer === this.#around ? 0 : buffer.byteLength;
    const isSmall = length < LEAST && this.#size > 0;
    const isRoomy = buffer.byteLength > Math.max(LEAST, WASTE_MOST * length);
    if (isSmall || isRoomy || this.memory.used + more > this.memory.limit || this.#writing) return this.write(chunk);
    this.#check();
    if (this.#tailLength > 0) this.#keepTail();
    this.#frames.push({ start: this.#size, length, kept: chunk, position: -1 });
    this.#around = buffer;
    this.#charge(more);
    this.#size += length;
    return undefined;
  }

  kept(): readonly Uint8Array[] | undefined {
    if (this.#file !== undefined || this.#closed || this.#failure !== undefined) return undefined;
    const all: Uint8Array[] = [];
    for (const { kept } of this.#frames) if (kept !== undefined) all.push(kept);
    if (this.#tailLength > 0) all.push(this.#tail.subarray(0, this.#tailLength));
    return all;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#check();
    const from = Math.max(0, offset);
    const to = Math.min(offset + length, this.#size);
    if (to <= from) return Buffer.alloc(0);
    const out = Buffer.allocUnsafe(to - from);
    for (let at = from; at < to;) {
      const { start, bytes } = await this.#frameAt(at);
      at += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).copy(out, at - from, at - start, to - start);
    }
    return out;
  }

  /** Every chunk is a copy: whoever reads may change it in place. */
  async *stream(offset = 0): AsyncIterable<Uint8Array> {
    for (let at = Math.max(0, offset); at < this.#size;) {
      this.#check();
      const { start, bytes, own } = await this.#frameAt(at);
      const piece = bytes.subarray(at - start);
      at = start + bytes.length;
      yield own ? piece : Buffer.from(piece);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#frames = [];
    this.#tail = NOTHING;
    this.#tailLength = 0;
    this.#around = undefined;
    this.#charge(-this.#charged);
    return this.#file?.close() ?? CLOSED;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new WeirError('internal');
  }

  #charge(bytes: number): void {
    this.memory.used += bytes;
    this.#charged += bytes;
  }

  #append(piece: Uint8Array): void {
    const length = this.#tailLength + piece.length;
    if (length > this.#tail.length) {
      const capacity = Math.min(FRAME, Math.max(LEAST, 2 ** Math.ceil(Math.log2(length))));
      // Not from Node's shared pool: what is counted is what is held.
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.#tail.copy(larger, 0, 0, this.#tailLength);
      this.#charge(capacity - this.#tail.length);
      this.#tail = larger;
    }
    this.#tail.set(piece, this.#tailLength);
    this.#tailLength = length;
    this.#size += piece.length;
  }

  /** Closes the tail as a frame where it is. */
  #keepTail(): void {
    this.#frames.push({ start: this.#size - this.#tailLength, length: this.#tailLength, kept: this.#tail.subarray(0, this.#tailLength), position: -1 });
    this.#tail = NOTHING;
    this.#tailLength = 0;
  }

  /** Closes the tail as a frame: kept where it is, or moved to disk when memory is short. */
  async #turn(short: boolean): Promise<void> {
    if (!short) {
      this.#keepTail();
      return;
    }
    const [bytes, length, start, index] = [
      this.#tail,
      this.#tailLength,
      this.#size - this.#tailLength,
      this.#frames.length,
    ];
    this.#file ??= this.makeFile();
    const position = await this.#file.append(index, bytes.subarray(0, length));
    // Closed meanwhile: close() has already given everything back.
    if (this.#closed) throw new WeirError('internal');
    this.#charge(-bytes.length);
    this.#frames.push({ start, length, kept: undefined, position });
    this.#tail = NOTHING;
    this.#tailLength = 0;
  }

  /** The frame that holds the byte at `offset`; `own` when its bytes belong to the caller. */
  async #frameAt(
    offset: number,
  ): Promise<{ readonly start: number; readonly bytes: Uint8Array; readonly own: boolean }> {
    this.#check();
    const tailStart = this.#size - this.#tailLength;
    if (offset >= tailStart) return { start: tailStart, bytes: this.#tail.subarray(0, this.#tailLength), own: false };
    let low = 0;
    for (let high = this.#frames.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((this.#frames[middle]?.start ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    const frame = this.#frames[low];
    if (frame === undefined) throw new WeirError('internal');
    if (frame.kept !== undefined) return { start: frame.start, bytes: frame.kept, own: false };
    if (this.#file === undefined) throw new WeirError('internal');
    return { start: frame.start, bytes: await this.#file.read(low, frame.position, frame.length), own: true };
  }
}
