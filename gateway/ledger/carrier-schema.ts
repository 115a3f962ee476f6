/** The carrier's schema belongs to whichever role came first, owner or daily one; the other works with it too. */
import { SCHEMA } from './database.js';

/** BullMQ keeps its jobs in a schema of its own, made by the carrier. */
export const CARRIER_SCHEMA = 'bullmq';

/**
 * Lets in whoever may use the ledger: to the schema, to what the role that runs this has made there, and to what it will make (a
 * sequence for each queue). One at a time: two that grant at once would fail.
 */
export const SHARE_CARRIER_SCHEMA = `do $share$
declare
  me oid := (select oid from pg_roles where rolname = current_user);
  mine boolean := (select nspowner = me from pg_namespace where nspname = '${CARRIER_SCHEMA}');
  other record;
  made record;
begin
  if mine is null then return; end if;
  perform pg_advisory_xact_lock(hashtext('weir carrier schema'));
  for other in
    select r.oid, r.rolname from pg_roles r, pg_namespace n
    where n.nspname = '${SCHEMA}' and r.oid <> me and (r.oid = n.nspowner or r.oid in (select a.grantee from aclexplode(n.nspacl) a where a.privilege_type = 'USAGE'))
  loop
    if mine and not has_schema_privilege(other.oid, '${CARRIER_SCHEMA}', 'create') then
      execute format('grant usage, create on schema ${CARRIER_SCHEMA} to %I', other.rolname);
    end if;
    for made in
      select relname from pg_class where relnamespace = '${CARRIER_SCHEMA}'::regnamespace and relowner = me
        and case when relkind in ('r', 'p') then not has_table_privilege(other.oid, oid, 'insert') when relkind = 'S' then not has_sequence_privilege(other.oid, oid, 'usage') else false end
    loop
      execute format('grant all on ${CARRIER_SCHEMA}.%I to %I', made.relname, other.rolname);
    end loop;
    if has_schema_privilege(me, '${CARRIER_SCHEMA}', 'create') and not exists (
      select 1 from pg_default_acl d, aclexplode(d.defaclacl) a where d.defaclrole = me and d.defaclnamespace = '${CARRIER_SCHEMA}'::regnamespace and d.defaclobjtype = 'S' and a.grantee = other.oid)
    then
      execute format('alter default privileges in schema ${CARRIER_SCHEMA} grant all on tables to %I', other.rolname);
      execute format('alter default privileges in schema ${CARRIER_SCHEMA} grant all on sequences to %I', other.rolname);
    end if;
  end loop;
end $share$`;
