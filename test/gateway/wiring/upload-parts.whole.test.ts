/** The ends of uploads' parts over a real PostgreSQL: shared by processes, kept over restarts, sealed, and gone in time. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { LedgerFailure } from '../../../gateway/errors.js';
import type { PgConnection } from '../../../gateway/ledger/connection.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { UPLOAD_KEPT_MS, uploadPartsLedger } from '../../../gateway/ledger/upload-parts-ledger.js';
import type { PartBook, PartEnds } from '../../../gateway/ports.js';
import { sealedParts } from '../../../gateway/wiring/upload-parts.js';
import { manualClock } from '../../kit/clock.js';
import { testPostgres } from '../../kit/database.js';

const server = testPostgres();
const clock = manualClock();
const key = randomBytes(32);
let connection: PgConnection;
const opened: LedgerDatabase[] = [];
function node(fingerprintKey: Uint8Array = key): PartBook & { tidy(): Promise<number>; readonly database: LedgerDatabase } {
  const database = ledgerDatabase(connection);
  opened.push(database);
  const ledger = uploadPartsLedger({ database, clock });
  return { ...sealedParts({ ledger, fingerprintKey }), tidy: () => ledger.tidy(), database };
}
const ends = (text: string, tag = ''): PartEnds => ({ head: Buffer.from(text), tail: Buffer.from(text), size: text.length, tag });
const texts = (parts: readonly PartEnds[]): readonly string[] => parts.map(({ head }) => Buffer.from(head).toString());
async function sent(to: PartBook, upload: string, part: string, text: string): Promise<void> {
  const attempt = await to.begin(upload, part);
  if (attempt === undefined) throw new Error('closed');
  await to.arrived(upload, part, attempt, ends(text, 'tag'));
}

beforeAll(async () => {
  connection = await migrateLedger(server().connection, { separateRole: true });
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

it('what one process noted another one reads, also after a restart', async () => {
  const [one, other] = [node(), node()];
  await sent(one, 'u', '1', 'number 13800138000');
  expect((await other.parts('u')).part('1')).toEqual({ ends: [ends('number 13800138000', 'tag')], open: 0 });
  await one.database.close();
  expect(texts((await node().parts('u')).part('1').ends)).toEqual(['number 13800138000']);
  expect((await other.parts('v')).part('1')).toEqual({ ends: [], open: 0 });
});

it('neither names nor bytes stand in the database, and without the key they tell nothing', async () => {
  const one = node();
  await sent(one, 'secret-bucket', '77', 'canary-31415');
  const { rows } = await sql<{ row: string }>`select upload_parts::text || encode(sealed, 'escape') as row from upload_parts`.execute(one.database.db);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ row }) => row).join()).not.toMatch(/canary|secret-bucket|13800138000/);
  expect((await node(randomBytes(32)).parts('secret-bucket')).part('77')).toEqual({ ends: [], open: 0 });
  // Moved to another place it does not open.
  await sql`update upload_parts set attempt = 'moved' where size = 12`.execute(one.database.db);
  expect((await one.parts('secret-bucket')).part('77')).toEqual({ ends: [], open: 1 });
});

it('a part that is sent again counts once; two that are under way at the same time are both there', async () => {
  const one = node();
  await sent(one, 'w', '1', 'old');
  await sent(one, 'w', '1', 'new');
  expect(texts((await one.parts('w')).part('1').ends)).toEqual(['new']);
  const [a, b] = [await one.begin('w', '1'), await one.begin('w', '1')];
  expect((await one.parts('w')).part('1')).toEqual({ ends: [], open: 2 });
  await one.arrived('w', '1', a ?? '', ends('a'));
  await one.arrived('w', '1', b ?? '', ends('b'));
  expect([...texts((await one.parts('w')).part('1').ends)].sort()).toEqual(['a', 'b']);
  await one.failed('w', '1', b ?? '');
  expect((await one.parts('w')).part('1')).toMatchObject({ open: 0, ends: [{ size: 1 }] });
});

it('a closed upload takes no further part until it is opened again, and a forgotten one has none', async () => {
  const [one, other] = [node(), node()];
  await sent(one, 'x', '1', 'first');
  expect(texts((await one.close('x')).part('1').ends)).toEqual(['first']);
  expect(await other.begin('x', '2')).toBeUndefined();
  await other.reopen('x');
  expect(await one.begin('x', '2')).toBeDefined();
  await one.forget('x');
  expect((await other.parts('x')).part('1')).toEqual({ ends: [], open: 0 });
});

it('an upload has no more parts than there can be', async () => {
  const one = node();
  await sent(one, 'many', '1', 'first');
  await sql`insert into upload_parts (upload, part, attempt, expires_at) select upload, n::text, 'x', expires_at from upload_parts, generate_series(1, 10999) n where size = 5`.execute(one.database.db);
  expect(await one.begin('many', '2')).toBeUndefined();
});

it('goes after seven days', async () => {
  const one = node();
  await sql`delete from upload_parts`.execute(one.database.db);
  await sent(one, 'old', '1', 'x');
  clock.advance(UPLOAD_KEPT_MS - 1);
  await sent(one, 'young', '1', 'y');
  clock.advance(1);
  expect((await one.parts('old')).part('1').ends).toEqual([]);
  expect(await one.tidy()).toBe(1);
  expect(texts((await one.parts('young')).part('1').ends)).toEqual(['y']);
});

it('a database that is away says so', async () => {
  const one = node();
  await one.database.close();
  await expect(one.begin('z', '1')).rejects.toBeInstanceOf(LedgerFailure);
});
