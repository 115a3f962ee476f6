/** Eleventh schema: the sealed ends of parts of uploads that are not yet put together. */
import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  // Names are keyed digests. An attempt without sealed ends is open; one without a part says that the upload takes no more.
  `create table upload_parts (
    upload text not null, part text not null, attempt text not null, size bigint, sealed bytea, expires_at timestamptz(3) not null,
    primary key (upload, part, attempt))`,
  `create index upload_parts_by_end on upload_parts (expires_at)`,
] as const;

export const uploadParts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
