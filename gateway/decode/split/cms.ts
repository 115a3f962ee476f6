/** Signatures and envelopes of S/MIME (RFC 5652), as far as their outer shape: a signature beside what it signs hides nothing, an envelope hides everything. */

/** RSA's names for signed-data, and those of GM/T 0010 for SM2. */
const SIGNED = [Buffer.from('2a864886f70d010702', 'hex'), Buffer.from('2a811ccf550601040202', 'hex')];
const ENVELOPED = [Buffer.from('2a864886f70d010703', 'hex'), Buffer.from('2a811ccf550601040203', 'hex'), Buffer.from('2a864886f70d0109100117', 'hex'), Buffer.from('2a864886f70d010706', 'hex')];

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_ID = 0x06;
const INTEGER = 0x02;
const EXPLICIT = 0xa0;
const UTC_TIME = 0x17;
const GENERAL_TIME = 0x18;
const CONSTRUCTED = 0x20;
const LONG_TAG = 0x1f;
const INDEFINITE = 0x80;

/** A chain of certificates is five deep; each level of one adds a few. */
const DEPTH_MOST = 32;
/** Four bytes of length are four gigabytes. */
const LENGTH_BYTES_MOST = 4;

interface Element {
  readonly tag: number;
  readonly from: number;
  /** Behind the contents. */
  readonly to: number;
  readonly of: readonly Element[];
}

/** One element and where the next begins; `undefined` where it is none. Each byte is looked at once. */
function elementAt(bytes: Uint8Array, at: number, end: number, depth: number): readonly [element: Element, next: number] | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > end || depth > DEPTH_MOST || (tag & LONG_TAG) === LONG_TAG) return undefined;
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  let from = at + 2;
  if (first === INDEFINITE) {
    if (!isConstructed) return undefined;
    const of: Element[] = [];
    for (let next = from; ; ) {
      if (next + 2 > end) return undefined;
      if (bytes[next] === 0 && bytes[next + 1] === 0) return [{ tag, from, to: next, of }, next + 2];
      const child = elementAt(bytes, next, end, depth + 1);
      if (child === undefined) return undefined;
      of.push(child[0]);
      next = child[1];
    }
  }
  let length = first;
  if (first > INDEFINITE) {
    const count = first - INDEFINITE;
    if (count > LENGTH_BYTES_MOST || from + count > end) return undefined;
    length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUIntBE(from, count);
    from += count;
  }
  const to = from + length;
  if (to > end) return undefined;
  const of: Element[] = [];
  for (let next = from; isConstructed && next < to; ) {
    const child = elementAt(bytes, next, to, depth + 1);
    if (child === undefined) return undefined;
    of.push(child[0]);
    next = child[1];
  }
  return [{ tag, from, to, of }, to];
}

const isOneOf = (names: readonly Buffer[], bytes: Uint8Array, { from, to }: Element): boolean => names.some((name) => name.equals(bytes.subarray(from, to)));

/** Where dates stand in a signature whose content is elsewhere; `undefined` for whatever else these bytes are, to their last one. */
export function detachedSignature(bytes: Uint8Array): readonly { readonly from: number; readonly to: number }[] | undefined {
  const whole = elementAt(bytes, 0, bytes.length, 0);
  if (whole?.[1] !== bytes.length) return undefined;
  const [type, wrapped, ...more] = whole[0].of;
  const [signed, ...others] = wrapped?.of ?? [];
  if (whole[0].tag !== SEQUENCE || type?.tag !== OBJECT_ID || !isOneOf(SIGNED, bytes, type) || wrapped?.tag !== EXPLICIT || signed?.tag !== SEQUENCE || more.length + others.length > 0) return undefined;
  const [version, digests, content, ...rest] = signed.of;
  if (version?.tag !== INTEGER || digests?.tag !== SET || content?.tag !== SEQUENCE || rest.at(-1)?.tag !== SET) return undefined;
  // A second element would be the content itself.
  if (content.of.length !== 1 || content.of[0]?.tag !== OBJECT_ID) return undefined;
  return datesIn(whole[0]);
}

function datesIn(element: Element): { readonly from: number; readonly to: number }[] {
  return element.tag === UTC_TIME || element.tag === GENERAL_TIME ? [{ from: element.from, to: element.to }] : element.of.flatMap(datesIn);
}

/** Lengths before the name take at most ten bytes. */
const HEAD_BYTES = 32;

/** What can be read of an envelope begins so. */
export function isEnvelope(prefix: Uint8Array): boolean {
  if (prefix[0] !== SEQUENCE) return false;
  const head = Buffer.from(prefix.buffer, prefix.byteOffset, Math.min(prefix.length, HEAD_BYTES));
  const first = head[1] ?? 0;
  const at = first <= INDEFINITE ? 2 : 2 + first - INDEFINITE;
  return head[at] === OBJECT_ID && ENVELOPED.some((name) => head[at + 1] === name.length && name.equals(head.subarray(at + 2, at + 2 + name.length)));
}
