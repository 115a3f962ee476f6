/** The audit as it is read: by the auditor in the console, by exports, by `weir audit`. */

/** One row of the audit, with its place in its chain. */
export interface AuditRecord {
  readonly writer: string;
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly act: string;
  readonly subject: string | undefined;
  /** Codes, counts and masked previews. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly prev: string;
  readonly hash: string;
}

export interface AuditFilter {
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly actor?: string | undefined;
  /** An act, or its beginning up to a dot: `message.` */
  readonly act?: string | undefined;
  readonly subject?: string | undefined;
}

/** The end of a chain, as checkpoints name it. */
export interface ChainHead {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
}
/** Checkpoints by their signature; `unknown`: signed by a key that whoever verifies does not have. */
export interface SignedCheckpoints {
  readonly good: number;
  readonly unsigned: number;
  readonly unknown: number;
}
export type AuditCheck =
  | { readonly ok: true; readonly rows: number; readonly heads: readonly ChainHead[]; readonly checkpoints: SignedCheckpoints }
  | { readonly ok: false; readonly rows: number; readonly writer: string; readonly seq: number; readonly problem: 'changed' | 'missing' | 'cut-off' | 'signature' };

export interface AuditReading {
  /** Newest first. `after` is the `next` of the page before. */
  page(filter: AuditFilter & { readonly limit: number; readonly after?: string | undefined }): Promise<{ readonly rows: readonly AuditRecord[]; readonly next: string | undefined }>;
  /** Oldest first, read as it is asked for. */
  all(filter: AuditFilter): AsyncIterable<AuditRecord>;
  verify(): Promise<AuditCheck>;
}
