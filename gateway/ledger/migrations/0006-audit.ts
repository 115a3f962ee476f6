/** Sixth schema: the audit in monthly partitions, so that what is past its retention goes whole; the server itself refuses to drop anything younger than six months. */
import { sql, type Kysely, type Migration } from 'kysely';

/** Months made ahead: a year without a start of Weir still has a place for each row. */
const AHEAD = 12;

/** One statement each; kysely runs them in one transaction with the others. */
const STATEMENTS = [
  // Of their own, so that rights given on the ledger's tables do not reach them.
  `create schema weir_audit`,
  `alter table audit rename to audit_before`,
  `alter index audit_by_subject rename to audit_before_by_subject`,
  `alter index audit_by_time rename to audit_before_by_time`,
  `create table audit (
    writer text collate "C" not null, seq bigint not null, entry_id text not null,
    at timestamptz(3) not null, actor text not null, act text not null, subject text,
    data text not null, prev text not null, hash text not null,
    recorded_at timestamptz(3) not null default clock_timestamp(),
    primary key (writer, seq, recorded_at)
  ) partition by range (recorded_at)`,
  `create index audit_by_entry on audit (entry_id)`,
  `create index audit_by_subject on audit (subject, at) where subject is not null`,
  `create index audit_by_time on audit (at, writer, seq)`,
  `create index audit_by_act on audit (act, at)`,
  `create index audit_by_actor on audit (actor, at)`,
  `create table weir_audit.audit_other partition of audit default`,
  `create function audit_make_partitions() returns integer language plpgsql security definer set search_path = weir, pg_temp as $$
    declare month date := date_trunc('month', now() at time zone 'UTC'); made integer := 0; name text;
    begin
      for i in 0..${AHEAD} loop
        name := to_char(month, '"audit_"YYYY_MM');
        if to_regclass('weir_audit.' || name) is null then
          begin
            execute format('create table weir_audit.%I partition of weir.audit for values from (%L) to (%L)', name, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
            made := made + 1;
          exception when check_violation then
            null; -- Rows of that month wait in the default partition already: they stay there.
          end;
        end if;
        month := (month + interval '1 month')::date;
      end loop;
      return made;
    end $$`,
  `create function audit_partitions_before(cutoff timestamptz) returns setof text language sql stable security definer set search_path = weir, pg_temp as $$
    select relname::text from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'weir_audit' and relkind = 'r' and relname ~ '^audit_[0-9]{4}_[0-9]{2}$'
      and (to_date(substr(relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= cutoff
    order by relname $$`,
  `create function audit_drop_before(cutoff timestamptz) returns integer language plpgsql security definer set search_path = weir, pg_temp as $$
    declare name text; dropped integer := 0;
    begin
      if cutoff > now() - interval '184 days' then raise exception 'audit rows are kept for 184 days at least' using errcode = '42501'; end if;
      for name in select * from audit_partitions_before(cutoff) loop
        execute format('drop table weir_audit.%I', name);
        dropped := dropped + 1;
      end loop;
      return dropped;
    end $$`,
  `revoke all on function audit_make_partitions(), audit_partitions_before(timestamptz), audit_drop_before(timestamptz) from public`,
  `select audit_make_partitions()`,
  `insert into audit (writer, seq, entry_id, at, actor, act, subject, data, prev, hash)
    select writer, seq, entry_id, at, actor, act, subject, data, prev, hash from audit_before order by writer, seq`,
  `drop table audit_before`,
  `create trigger audit_rows_stay before update or delete on audit for each row execute function audit_is_append_only()`,
  `create trigger audit_stays before truncate on audit for each statement execute function audit_is_append_only()`,
] as const;

export const audit: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
