/** Twelfth schema: how each recipient of a mail fared, messages that were split from others, and mails of Weir's own. */
import { sql, type Kysely, type Migration } from 'kysely';

const STATEMENTS = [
  // `message_id` is an incident, too, of a mail that was never held; so it refers to no table.
  `create table mail_recipients (
    message_id text collate "C" not null, n integer not null, address text not null, mark text,
    fate text not null check (fate in ('delivered', 'held', 'blocked', 'relaying', 'refused', 'rejected', 'expired')),
    hop text, code integer, enhanced text, in_doubt boolean not null default false, told boolean not null default false, at timestamptz(3) not null,
    primary key (message_id, n))`,
  `create index mail_recipients_by_mark on mail_recipients (mark) where mark is not null`,
  `create index mail_recipients_old on mail_recipients (at)`,
  // `sealed_as` is the id inside a copied seal; `about` what a notice tells of; `split_from` where these recipients were before.
  `alter table messages add column message_kind text not null default 'message' check (message_kind in ('message', 'notice')),
    add column sealed_as text, add column about text, add column split_from text`,
  `create index messages_by_split on messages (split_from) where split_from is not null`,
  // What a reviewer lets the sender read.
  `alter table notices add column words text`,
] as const;

export const mail: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
