/** The ledger as text that psql reads as well: one COPY for each table, its rows, and a line that says how many there were. */
import { createHash, type Hash } from 'node:crypto';

export const FIRST_LINE = '-- weir ledger 1';
export const LAST_LINE = '-- end of ledger';
/** Names as our migrations make them; anything else is no name of ours and is never put into a statement. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const COPY = /^COPY "([a-z][a-z0-9_]*)"\."([a-z][a-z0-9_]*)" \(("[a-z][a-z0-9_]*"(?:, "[a-z][a-z0-9_]*")*)\) FROM stdin;$/;
const COUNT = /^-- (\d{1,15}) rows, digest ([0-9a-f]{64})$/;
const SEQUENCE = /^SELECT pg_catalog\.setval\('"([a-z][a-z0-9_]*)"\."([a-z][a-z0-9_]*)"', (\d{1,19}), (true|false)\);$/;
const MONTH = /^-- month (\d{4}_\d{2})$/;
/** Longer is no line of ours. */
const LINE_MOST = 64 * 1024;
/** COPY's own end of data; a backslash in data is written twice, so no row looks like it. */
const END = Buffer.from('\n\\.\n');

export interface TableShape {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}
export interface RowSum {
  readonly rows: number;
  readonly digest: string;
}

/** The text is cut short, changed, or of another format. */
export class DumpDamaged extends Error {
  override readonly name = 'DumpDamaged';
  readonly code = 'DUMP_DAMAGED';
}

export function quoted(name: string): string {
  if (!NAME.test(name)) throw new DumpDamaged('a name that no migration makes');
  return `"${name}"`;
}
export function tableName({ schema, table }: Pick<TableShape, 'schema' | 'table'>): string {
  return `${quoted(schema)}.${quoted(table)}`;
}
export function columnList({ columns }: Pick<TableShape, 'columns'>): string {
  return columns.map(quoted).join(', ');
}
export function copyLine(shape: TableShape): string {
  return `COPY ${tableName(shape)} (${columnList(shape)}) FROM stdin;`;
}
export function countLine({ rows, digest }: RowSum): string {
  return `-- ${rows} rows, digest ${digest}`;
}
export function sequenceLine(schema: string, name: string, value: string, called: boolean): string {
  return `SELECT pg_catalog.setval('${quoted(schema)}.${quoted(name)}', ${BigInt(value)}, ${called ? 'true' : 'false'});`;
}
export function monthLine(month: string): string {
  return `-- month ${month}`;
}

/** Counts rows and sums their digests, so that the same rows in another order have the same sum. */
export function rowSum(): { add(bytes: Uint8Array): void; end(): RowSum } {
  const lanes = new Uint32Array(8);
  let rows = 0;
  let open: Hash | undefined;
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length;) {
        const end = bytes.indexOf(0x0a, at);
        const piece = bytes.subarray(at, end < 0 ? bytes.length : end);
        open = (open ?? createHash('sha256')).update(piece);
        if (end < 0) return;
        const digest = open.digest();
        open = undefined;
        for (let lane = 0; lane < lanes.length; lane++) lanes[lane] = (lanes[lane] ?? 0) + digest.readUInt32BE(lane * 4);
        rows++;
        at = end + 1;
      }
    },
    end: () => ({ rows, digest: [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('') }),
  };
}

export type DumpPart =
  | { readonly kind: 'month'; readonly month: string }
  | { readonly kind: 'sequence'; readonly schema: string; readonly name: string; readonly value: string; readonly called: boolean }
  /** Read its rows to their end before the next part; they are checked against what stands behind them. */
  | { readonly kind: 'table'; readonly shape: TableShape; readonly rows: () => AsyncGenerator<Buffer, void, undefined>; readonly sum: () => RowSum };

/** Part after part of the text, each byte looked at once. Throws DumpDamaged when it is not whole. */
export async function* dumpParts(text: AsyncIterable<Uint8Array>): AsyncGenerator<DumpPart, void, undefined> {
  const source = bytesOf(text);
  if ((await source.line()) !== FIRST_LINE) throw new DumpDamaged('not a dump of this format');
  for (;;) {
    const line = await source.line();
    if (line === LAST_LINE) {
      if (await source.more()) throw new DumpDamaged('something stands behind the end');
      return;
    }
    const [, schema, table, columns] = COPY.exec(line) ?? [];
    const [, sequenceSchema, name, value, called] = SEQUENCE.exec(line) ?? [];
    const [, month] = MONTH.exec(line) ?? [];
    if (schema !== undefined && table !== undefined && columns !== undefined) {
      yield* oneTable(source, { schema, table, columns: columns.split(', ').map((column) => column.slice(1, -1)) });
    } else if (sequenceSchema !== undefined && name !== undefined && value !== undefined) yield { kind: 'sequence', schema: sequenceSchema, name, value, called: called === 'true' };
    else if (month !== undefined) yield { kind: 'month', month };
    else throw new DumpDamaged('a line of no known kind');
  }
}

async function* oneTable(source: ByteSource, shape: TableShape): AsyncGenerator<DumpPart, void, undefined> {
  const counting = rowSum();
  let counted: RowSum | undefined;
  async function* rows(): AsyncGenerator<Buffer, void, undefined> {
    for await (const bytes of source.untilEnd()) {
      counting.add(bytes);
      yield bytes;
    }
    counted = counting.end();
    const [, stated, digest] = COUNT.exec(await source.line()) ?? [];
    if (Number(stated) !== counted.rows || digest !== counted.digest) throw new DumpDamaged('the rows of a table are not those that were written');
  }
  const sum = (): RowSum => {
    if (counted === undefined) throw new DumpDamaged('the rows of a table were not read');
    return counted;
  };
  yield { kind: 'table', shape, rows, sum };
  sum();
}

interface ByteSource {
  /** Whether anything is left. */
  more(): Promise<boolean>;
  line(): Promise<string>;
  /** Rows up to COPY's end of data. */
  untilEnd(): AsyncGenerator<Buffer, void, undefined>;
}

function bytesOf(text: AsyncIterable<Uint8Array>): ByteSource {
  const pieces = text[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  async function fetch(): Promise<boolean> {
    const next = await pieces.next();
    if (next.done === true) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  }
  return {
    async more() {
      while (held.length === 0) if (!(await fetch())) return false;
      return true;
    },
    async line() {
      for (;;) {
        const end = held.indexOf(0x0a);
        if (end > LINE_MOST || (end < 0 && held.length > LINE_MOST)) throw new DumpDamaged('a line of no known kind');
        if (end >= 0) {
          const found = held.toString('utf8', 0, end);
          held = held.subarray(end + 1);
          return found;
        }
        if (!(await fetch())) throw new DumpDamaged('the dump is cut short');
      }
    },
    async *untilEnd() {
      // The first row begins a line too: a line break before it, which is not handed out.
      held = Buffer.concat([Buffer.from('\n'), held]);
      let ours = 1;
      for (;;) {
        const at = held.indexOf(END);
        if (at >= 0) {
          const last = held.subarray(ours, at + 1);
          held = held.subarray(at + END.length);
          if (last.length > 0) yield last;
          return;
        }
        // The last three bytes may be the beginning of the end.
        const safe = held.length - (END.length - 1);
        if (safe > ours) {
          const piece = held.subarray(ours, safe);
          held = held.subarray(safe);
          ours = 0;
          yield piece;
        }
        if (!(await fetch())) throw new DumpDamaged('the dump is cut short');
      }
    },
  };
}
