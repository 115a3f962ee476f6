/** The ends of uploads' parts, as kysely sees them; migration 0011 makes the table. */
import type { ColumnType } from 'kysely';

export interface UploadPartsTable {
  /** Keyed digest of route, place and the upload's name. */
  readonly upload: string;
  /** Keyed digest; empty in the row that closes an upload. */
  readonly part: string;
  readonly attempt: string;
  readonly size: number | null;
  readonly sealed: Buffer | null;
  readonly expires_at: ColumnType<Date, Date, Date>;
}

export interface UploadTables {
  readonly upload_parts: UploadPartsTable;
}
