/** Facts that stand in a body: form fields and JSON paths, read from its first bytes without taking them from the exchange. */
import { WeirError } from '../../errors.js';

/** A mail API's envelope fits easily; beyond it a fact is unknown, which rules can match. */
export const FACTS_PREFIX = 64 * 1024;
/** Held at once, in each process, of bodies that are looked into and still come: a thousand at their longest. What spools hold comes behind it. */
export const PEEKED_MOST = 64 * 1024 * 1024;
/** Arrays within arrays that are walked through: lists of lists exist, 30,000 levels only exhaust the stack. */
const ARRAYS_MOST = 16;

export interface Peeked {
  readonly prefix: Uint8Array;
  /** True when the prefix is the whole body. */
  readonly whole: boolean;
  /** The whole body again; a failure met while peeking is thrown where it stood. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

let heldNow = 0;

/** Throws `spool-full` where slow senders together have sent as much as may be held for them. */
export async function peekBody(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Peeked> {
  const source = chunks[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let size = 0;
  let whole = false;
  let failure: { readonly thrown: unknown } | undefined;
  while (size < limit && !whole && failure === undefined) {
    try {
      const next = await source.next();
      if (next.done === true) {
        whole = true;
      } else {
        seen.push(next.value);
        size += next.value.length;
        heldNow += next.value.length;
      }
    } catch (thrown) {
      failure = { thrown };
    }
    if (heldNow > PEEKED_MOST) {
      heldNow -= size;
      await source.return?.();
      throw new WeirError('spool-full');
    }
  }
  heldNow -= size;
  async function* again(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen;
      if (failure !== undefined) throw failure.thrown;
      if (whole) return;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  }
  return { prefix: Buffer.concat(seen), whole, chunks: again() };
}

/** Looks a form field or a JSON path up; empty when the body is not of that kind or goes on beyond what was peeked. */
export interface BodyFacts {
  form(field: string): readonly string[];
  json(path: string): readonly string[];
}

export function bodyFacts(peeked: Peeked, type: string | undefined, coded: boolean): BodyFacts {
  const nothing: BodyFacts = { form: () => [], json: () => [] };
  if (coded || type === undefined || !peeked.whole) return nothing;
  const text = new TextDecoder().decode(peeked.prefix);
  if (type === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(text);
    return { ...nothing, form: (field) => form.getAll(field) };
  }
  if (!/^(application|text)\/(.+\+)?json$/.test(type)) return nothing;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The scan reports what does not parse; here it only means that the facts are unknown.
    return nothing;
  }
  return { ...nothing, json: (path) => walk(parsed, path.split('.')) };
}

/** Arrays are walked through, so that `to.address` reads every recipient's. */
function walk(value: unknown, path: readonly string[], arrays = ARRAYS_MOST): readonly string[] {
  if (Array.isArray(value)) return arrays === 0 ? [] : value.flatMap((one) => walk(one, path, arrays - 1));
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'string' ? [value] : typeof value === 'number' ? [String(value)] : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
  return walk((value as Readonly<Record<string, unknown>>)[key], rest, arrays);
}
