/** The detection engine with the built-in detectors, for tests that need no server. */
import { leafFactory } from '../../gateway/detect/leaf.js';
import { tally } from '../../gateway/detect/tally.js';
import { inspectorFactory } from '../../gateway/decode/inspector.js';
import { rewriter } from '../../gateway/body/rewriter.js';
import { patternFinders } from '../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../detectors/scan/scan-units.js';
import { cnPhone } from '../../detectors/cn-phone.js';
import { cnResidentId } from '../../detectors/cn-resident-id.js';
import { bankCard } from '../../detectors/bank-card.js';
import type { Detector } from '../../detectors/contract.js';
import type { BodyHead, Finding, InspectorFactory, Receipt, Unscannable } from '../../gateway/ports.js';

export const builtIns: readonly Detector[] = [cnResidentId, bankCard, cnPhone];

export function engine(detectors: readonly Detector[] = builtIns, options: { readonly prefilter?: boolean } = {}): InspectorFactory {
  const set = detectorSet(detectors);
  const keepOf = (id: string): { first: number; last: number } => detectors.find((one) => one.id === id)?.keep ?? { first: 0, last: 0 };
  const finders = options.prefilter === false ? undefined : patternFinders(set);
  const least = finders === undefined ? 0 : Math.min(...set.numbers.map((one) => one.least));
  return inspectorFactory({
    leaf: leafFactory({ set, least, keepOf, finders: finders ?? [] }, Buffer.from('test key')),
    tally,
    detectors: 'test',
    onFailure: (thrown) => {
      throw thrown;
    },
  });
}

export function bodyHead(contentType: string | undefined): BodyHead {
  return { contentType, contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [], texts: [] };
}

export interface Seen {
  readonly output: Buffer;
  readonly findings: readonly Finding[];
  readonly unscannable: readonly Unscannable[];
  readonly receipt: Receipt;
  /** Most bytes held back after a write, beyond the chunk itself. */
  readonly waited: number;
}

/** Bytes as chunks of the given sizes, cycled. */
export function chunked(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    out.push(bytes.slice(at, at + size));
    at += size;
  }
  return out;
}

/** Made once: tables are built for an engine, not for each text. */
const BUILT_IN = engine();

/** Runs a body through inspector and rewriter as stream mode does. */
export function inspectBody(contentType: string | undefined, chunks: readonly Uint8Array[], masks: (finding: Finding) => boolean = () => true, factory = BUILT_IN): Seen {
  const whole = Buffer.concat(chunks);
  const inspector = factory.inspect(bodyHead(contentType), whole.subarray(0, factory.prefixLength), masks);
  const bytes = rewriter();
  const out: Uint8Array[] = [];
  let waited = 0;
  for (const chunk of chunks) {
    bytes.push(Uint8Array.from(chunk));
    const progress = inspector.write(chunk);
    out.push(...bytes.release(progress.settled, progress.edits));
    waited = Math.max(waited, bytes.waiting);
  }
  const progress = inspector.end(true);
  out.push(...bytes.release(progress.settled, progress.edits));
  return { output: Buffer.concat(out), findings: inspector.findings(), unscannable: inspector.unscannable, receipt: inspector.receipt(), waited };
}
