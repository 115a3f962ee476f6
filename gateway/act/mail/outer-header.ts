/** A mail's outer header as it streams by: fields are left out by name, everything else keeps its bytes, in any cutting. */

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
/** Longer than every name that is left out, with room for blanks before the colon. */
const NAME_MOST = 64;

export interface OuterHeader {
  /** What of this piece goes on: views of it, and the few bytes that were held back. */
  push(chunk: Uint8Array): Uint8Array[];
  /** What was held back at the end. */
  end(): Uint8Array[];
  /** True from the first byte of the body on. */
  readonly over: boolean;
}

/** `leftOut` gets names in lower case. Only whole fields of the header before the body; a line that is no field ends it, as mail servers see it. */
export function outerHeader(leftOut: (name: string) => boolean): OuterHeader {
  /** Of the line that has begun, while its name is not known. */
  let name: number[] | undefined = [];
  /** Of them, those that came with earlier pieces. */
  let heldBack = 0;
  let dropping = false;
  let over = false;

  /** Whether this field goes on, once its name tells. */
  const fate = (byte: number, first: boolean): 'keep' | 'drop' | 'body' | undefined => {
    // A line that goes on with the field before shares its fate.
    if (first && (byte === SPACE || byte === TAB)) return dropping ? 'drop' : 'keep';
    if (byte === LF || (first && (byte === CR || byte === COLON))) return 'body';
    if (byte === COLON) return leftOut(String.fromCharCode(...(name ?? []).slice(0, -1)).trimEnd().toLowerCase()) ? 'drop' : 'keep';
    return (name?.length ?? 0) >= NAME_MOST ? 'keep' : undefined;
  };

  return {
    get over() { return over; },
    push(chunk) {
      if (over) return [chunk];
      const out: Uint8Array[] = [];
      let at = 0;
      let lineAt = 0;
      /** Where what goes on in one piece has begun; -1: nowhere. */
      let keptFrom = name === undefined && !dropping ? 0 : -1;
      while (at < chunk.length && !over) {
        if (name === undefined) {
          const end = chunk.indexOf(LF, at);
          at = end === -1 ? chunk.length : end + 1;
          if (end !== -1) [name, heldBack, lineAt] = [[], 0, at];
          continue;
        }
        const byte = chunk[at] ?? 0;
        at += 1;
        name.push(byte);
        const known = fate(byte, name.length === 1);
        if (known === undefined) continue;
        dropping = known === 'drop';
        over = known === 'body';
        if (dropping) {
          if (keptFrom !== -1) out.push(chunk.subarray(keptFrom, lineAt));
          keptFrom = -1;
        } else {
          if (heldBack > 0) out.push(Uint8Array.from(name.slice(0, heldBack)));
          if (keptFrom === -1) keptFrom = lineAt;
        }
        name = undefined;
      }
      if (keptFrom !== -1) out.push(chunk.subarray(keptFrom, name === undefined ? chunk.length : lineAt));
      heldBack = name?.length ?? 0;
      return out;
    },
    end() {
      const rest = over || name === undefined ? [] : [Uint8Array.from(name)];
      over = true;
      return rest;
    },
  };
}
