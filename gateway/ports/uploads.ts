/** What is kept of the parts of an upload until they are put together: only their ends, so that whatever lies across them can be judged by any process of a fleet. */

/** As it went out. */
export interface PartEnds {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly size: number;
  /** What the upstream calls these bytes; where a protocol names them when it puts the parts together. */
  readonly tag: string;
}

/** What is known of one part. */
export interface KnownPart {
  /** More than one: nobody knows which of them the upstream has. */
  readonly ends: readonly PartEnds[];
  /** Attempts whose outcome nobody knows, or that are under way. */
  readonly open: number;
}

export interface KnownParts {
  part(name: string): KnownPart;
}

/** Every method throws LedgerFailure. `upload` and `part` are kept only as keyed digests. */
export interface PartBook {
  /** Opens an attempt at a part: what was known of that part holds no longer. Undefined: this upload takes no further part. */
  begin(upload: string, part: string): Promise<string | undefined>;
  /** The upstream has it. */
  arrived(upload: string, part: string, attempt: string, ends: PartEnds): Promise<void>;
  /** The upstream certainly does not have it. */
  failed(upload: string, part: string, attempt: string): Promise<void>;
  parts(upload: string): Promise<KnownParts>;
  /** So, and from now on this upload takes no further part. */
  close(upload: string): Promise<KnownParts>;
  /** It takes parts again. */
  reopen(upload: string): Promise<void>;
  forget(upload: string): Promise<void>;
}
