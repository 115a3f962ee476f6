/** What a schema is, as a program that was written for it sees it; and what of a later one such a program would stumble over. */

export interface Catalogue {
  /** `table.column` → type, whether it may be null, whether it is filled by itself. */
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly required: boolean; readonly filled: boolean }>;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly functions: ReadonlySet<string>;
}

/** A constraint, a unique index, or a trigger that can say no. */
interface Rule {
  readonly table: string;
  readonly kind: 'check' | 'unique' | 'foreign' | 'trigger';
  readonly columns: readonly string[];
  readonly text: string;
  /** Of a foreign key: the table that it looks at, and whether rows there can still be deleted. */
  readonly target?: string;
  readonly blocks?: boolean;
}

type Ask = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export async function catalogue(ask: Ask): Promise<Catalogue> {
  const columns = await ask(`select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
      (a.atthasdef or a.attidentity <> '' or a.attgenerated <> '') as filled
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'weir' and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`);
  const constraints = await ask(`select c.relname as "table", k.conname as name, k.contype as kind, pg_get_constraintdef(k.oid) as text,
      array(select a.attname::text from unnest(k.conkey) as u (n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n) as columns,
      (select relname from pg_class t where t.oid = k.confrelid) as target, k.confdeltype in ('a', 'r') as blocks
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'weir' and k.contype in ('c', 'f', 'p', 'u', 'x')`);
  const indexes = await ask(`select c.relname as "table", i.relname as name, pg_get_indexdef(i.oid) as text,
      array(select a.attname::text from unnest(x.indkey::smallint[]) as u (n) join pg_attribute a on a.attrelid = c.oid and a.attnum = u.n) as columns
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'weir' and x.indisunique and not exists (select 1 from pg_constraint k where k.conindid = i.oid)`);
  const triggers = await ask(`select c.relname as "table", t.tgname as name, pg_get_triggerdef(t.oid) as text
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'weir' and not t.tgisinternal and (t.tgtype & 66) <> 0`);
  const functions = await ask(`select p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'weir'`);
  const rules = new Map<string, Rule>();
  const add = (row: Readonly<Record<string, unknown>>, kind: Rule['kind'], more: Partial<Rule> = {}): void =>
    void rules.set(`${String(row['table'])}.${String(row['name'])}`, { table: String(row['table']), kind, columns: (row['columns'] ?? []) as string[], text: String(row['text']), ...more });
  for (const row of constraints) add(row, row['kind'] === 'c' ? 'check' : row['kind'] === 'f' ? 'foreign' : 'unique', row['kind'] === 'f' ? { target: String(row['target']), blocks: row['blocks'] === true } : {});
  for (const row of indexes) add(row, 'unique');
  for (const row of triggers) add(row, 'trigger');
  return {
    columns: new Map(columns.map((row) => [String(row['name']), { type: String(row['type']), required: row['required'] === true, filled: row['filled'] === true }])),
    rules,
    functions: new Set(functions.map((row) => String(row['name']))),
  };
}

/** One line for each thing that a program written for `before` would stumble over; none when it works on. */
export function stumbles(before: Catalogue, after: Catalogue): readonly string[] {
  const said: string[] = [];
  const tables = new Set([...before.columns.keys()].map((name) => name.slice(0, name.indexOf('.'))));
  for (const [name, column] of before.columns) {
    const now = after.columns.get(name);
    if (now === undefined) said.push(`${name} is gone`);
    else if (now.type !== column.type) said.push(`${name} changed its type`);
    else if (now.required && !column.required) said.push(`${name} may no longer be null`);
    else if (column.filled && !now.filled) said.push(`${name} is no longer filled by itself`);
  }
  for (const [name, column] of after.columns) {
    const table = name.slice(0, name.indexOf('.'));
    if (tables.has(table) && !before.columns.has(name) && column.required && !column.filled) said.push(`${name} is new and must be given`);
  }
  for (const name of before.functions) if (!after.functions.has(name)) said.push(`${name} is gone`);
  for (const [name, rule] of after.rules) {
    const former = before.rules.get(name);
    if (former !== undefined && (former.text === rule.text || isWider(former.text, rule.text))) continue;
    const fresh = rule.columns.length > 0 && rule.columns.every((column) => !before.columns.has(`${rule.table}.${column}`));
    if (tables.has(rule.table) && !fresh) said.push(`${name} is a new or changed ${rule.kind} rule`);
    if (rule.kind === 'foreign' && rule.blocks === true && tables.has(rule.target ?? '') && !tables.has(rule.table)) said.push(`${name} keeps rows of ${String(rule.target)} from being deleted`);
  }
  return said;
}

/** The same rule but for a list of words that has grown. */
function isWider(former: string, now: string): boolean {
  const words = /'((?:[^']|'')*)'/g;
  const list = /\(?(?:'(?:[^']|'')*'(?:::[a-z ]+)?(?:, )?)+/g;
  const given = new Set([...now.matchAll(words)].map(([, word]) => word));
  return former.replace(list, '…') === now.replace(list, '…') && [...former.matchAll(words)].every(([, word]) => given.has(word));
}
