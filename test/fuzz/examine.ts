/** Reads bytes as the gateway and its processes do, masks what can be masked, and says which law did not hold. In this process: who must survive a hang calls it in another. */
import { codings } from '../../gateway/decode/codec/codings.js';
import { ExtractError } from '../../gateway/decode/extract/contract.js';
import { readContainer } from '../../gateway/decode/extract/read-container.js';
import { rewriteContainer } from '../../gateway/decode/extract/child-rewrite.js';
import type { ContainerTools } from '../../gateway/decode/extract/child-run.js';
import type { ChildPart, Finding, Inspector, Receipt } from '../../gateway/ports.js';
import { containerTools, told } from '../kit/containers.js';
import { bodyHead, engine } from '../kit/engine.js';
import { collected, memorySource } from '../kit/zip.js';

/** Decoded bytes of one input that are read: fuzzing is for many inputs, torture for large ones. */
const MOST_DECODED = 2 ** 24;
/** How the bytes come: mostly in pieces that cut everything. */
const PIECES = [2 ** 16, 1000, 61, 7];

export interface Input {
  readonly bytes: Buffer;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Which of the sizes the pieces have. */
  readonly pieces?: number | undefined;
}

export interface Examined {
  /** Laws that were broken; empty for a sound reader. */
  readonly faults: readonly string[];
  /** Readers that stopped at something they had no word for: `failed`, which is allowed and not wished for. */
  readonly untidy: readonly string[];
  readonly findings: number;
  readonly reasons: readonly string[];
  readonly masked: boolean;
}

const FACTORY = engine();

/** Where it was thrown, never what it says: that may quote content. */
function placeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'no error';
  const frame = (thrown.stack ?? '').split('\n').find((line) => /(gateway|detectors|node_modules)\//.test(line)) ?? '';
  return `${thrown.name} at ${frame.replace(/^.*?((gateway|detectors|node_modules)\/[^)]*).*$/, '$1')}`;
}

async function decoded({ bytes, contentEncoding }: Input): Promise<{ readonly bytes: Buffer; readonly reason: string | undefined }> {
  const coding = contentEncoding === undefined ? undefined : codings().of(contentEncoding);
  if (coding === undefined) return { bytes, reason: undefined };
  const decoder = coding.decoder();
  const out: Buffer[] = [];
  let size = 0;
  const take = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of pieces) {
      if (size < MOST_DECODED) out.push(Buffer.from(piece));
      size += piece.length;
    }
  };
  for (let at = 0; at < bytes.length && size < MOST_DECODED; at += 1000) await take(decoder.write(bytes.subarray(at, at + 1000)));
  await take(decoder.end());
  decoder.close();
  return { bytes: Buffer.concat(out), reason: decoder.problem?.reason };
}

function lawsOf(receipt: Receipt, size: number, unread: boolean): readonly string[] {
  const faults: string[] = [];
  if (receipt.size !== size || receipt.scanned + receipt.unscanned !== size) faults.push(`receipt: ${receipt.scanned} + ${receipt.unscanned} of ${size}`);
  if (receipt.scanned < 0 || receipt.unscanned < 0) faults.push('receipt: below zero');
  for (const { scanned, unscanned, reason } of receipt.parts) {
    if (scanned < 0 || unscanned < 0) faults.push('line: below zero');
    if (unscanned > 0 && reason === undefined && receipt.more === 0) faults.push('line: unread without a reason');
  }
  if ((receipt.unscanned > 0 || (receipt.inside?.unscanned ?? 0) > 0) && !unread) faults.push('unread bytes of which no reason is on record');
  return faults;
}

export async function examine(input: Input): Promise<Examined> {
  const faults: string[] = [];
  const untidy: string[] = [];
  const { bytes, reason } = await decoded(input).catch((thrown: unknown) => {
    faults.push(`codec threw: ${placeOf(thrown)}`);
    return { bytes: Buffer.alloc(0), reason: undefined };
  });
  const tools: ContainerTools = { ...containerTools({ bytes: MOST_DECODED }), onFailure: (thrown) => untidy.push(placeOf(thrown)) };
  const inspector = FACTORY.inspect(bodyHead(input.contentType), bytes.subarray(0, FACTORY.prefixLength), () => true, { defers: true });
  const asides = new Map<number, Buffer[]>();
  try {
    readAll(inspector, bytes, PIECES[input.pieces ?? 0] ?? 1000, asides);
  } catch (thrown) {
    return { faults: [...faults, `reader threw: ${placeOf(thrown)}`], untidy, findings: 0, reasons: [], masked: false };
  }
  let masked = false;
  for (const child of inspector.children) {
    const aside = Buffer.concat(asides.get(child.child) ?? []);
    const again = await openAndMask(tools, child, aside, inspector, faults, untidy);
    masked ||= again;
  }
  const reasons = inspector.unscannable.map((one) => `${one.reason} ${one.detail}`);
  faults.push(...lawsOf(inspector.receipt(), bytes.length, reasons.length > 0));
  return { faults, untidy, findings: inspector.findings().length, reasons: reason === undefined ? reasons : [reason, ...reasons], masked };
}

function readAll(inspector: Inspector, bytes: Buffer, piece: number, asides: Map<number, Buffer[]>): void {
  const put = (): void => {
    for (const one of inspector.takeChildBytes()) {
      const pieces = asides.get(one.child) ?? [];
      pieces.push(Buffer.from(one.bytes));
      asides.set(one.child, pieces);
    }
  };
  let settled = 0;
  const check = (progress: ReturnType<Inspector['write']>): void => {
    for (const { at, bytes: own } of progress.edits) if (at < settled || at + own.length > bytes.length) throw new RangeError('edit out of place');
    settled = progress.settled;
    put();
  };
  for (let at = 0; at < bytes.length; at += piece) check(inspector.write(Buffer.from(bytes.subarray(at, at + piece))));
  check(inspector.end(true));
  if (settled !== bytes.length) throw new RangeError('not settled at the end');
}

/** What was written masked must open, with nothing in it that was to be masked. */
async function openAndMask(tools: ContainerTools, child: ChildPart, bytes: Buffer, inspector: Inspector, faults: string[], untidy: string[]): Promise<boolean> {
  const { signal } = new AbortController();
  const seen: Finding[] = [];
  const sink = inspector.childSink(child.child);
  const memo = await readContainer(tools, child, memorySource(bytes), { ...sink, found: (one) => { seen.push(one); sink.found(one); } }, signal).catch((thrown: unknown) => void faults.push(`${child.format} threw: ${placeOf(thrown)}`));
  if (!memo || memo.samples.length === 0) return false;
  let output: Buffer;
  try {
    output = await collected(rewriteContainer(tools, child, memorySource(bytes), memo, memo.samples.map(() => true), signal));
  } catch (thrown) {
    // The message is then not sent at all: closed, but it could have been known before.
    if (!(thrown instanceof ExtractError)) untidy.push(`mask: ${placeOf(thrown)}`);
    return false;
  }
  const after = told();
  await readContainer(tools, child, memorySource(output), after.sink, signal).catch((thrown: unknown) => faults.push(`${child.format} masked, threw: ${placeOf(thrown)}`));
  const left = after.findings.filter(({ maskable }) => maskable).length;
  if (left > 0) faults.push(`${child.format} masked: ${left} of ${seen.length} found again`);
  return true;
}
