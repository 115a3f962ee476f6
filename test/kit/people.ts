/** The API of people over a real ledger, and browsers that walk through it as a person does. */
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import request from 'supertest';
import { configSchema } from '../../config/schema.js';
import { auditWriter } from '../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../gateway/ledger/database.js';
import { migrateLedger } from '../../gateway/ledger/migrate.js';
import type { PgConnection } from '../../gateway/ledger/connection.js';
import type { AuditEntry, LogFields, Role } from '../../gateway/ports.js';
import { metrics } from '../../gateway/record/metrics.js';
import { adminApp } from '../../gateway/review/admin-app.js';
import type { Operation } from '../../gateway/review/operation.js';
import { secretKey } from '../../gateway/vault/secrets.js';
import { exchangeIds } from '../../gateway/wiring/ids.js';
import { openPeople, type People } from '../../gateway/wiring/people.js';
import { manualClock, type ManualClock } from './clock.js';

export const START_UP_TOKEN = 'start-up-token-of-a-test-1234567890';
/** argon2id as cheap as it goes: tests sign in often. */
export const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };
export const PASSWORD = 'tulpe waage mond 7';

export interface PeopleStand {
  readonly app: ReturnType<typeof adminApp>;
  readonly people: People;
  readonly database: LedgerDatabase;
  readonly clock: ManualClock;
  readonly logged: { readonly event: string; readonly fields: LogFields | undefined }[];
  /** Rows of this stand's audit, oldest first; those of one moment in no order. */
  audited(): Promise<readonly Pick<AuditEntry, 'actor' | 'act' | 'subject' | 'data'>[]>;
  /** Everything of the database as text: for secrets that must not be in it. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

export interface PeopleStandOptions {
  readonly dataDir: string;
  readonly config?: object;
  readonly operations?: readonly Operation[];
  readonly env?: Readonly<Record<string, string>>;
  readonly trustedProxies?: readonly string[];
}

const TABLES = ['people', 'accounts', 'invitations', 'recovery_codes', 'sign_in_failures', 'sessions', 'grants', 'api_tokens', 'audit', 'alert_events'] as const;

let stands = 0;

/** Starts empty: what an earlier test of the file left is taken away. */
export async function peopleStand(owner: PgConnection, options: PeopleStandOptions): Promise<PeopleStand> {
  const connection = await migrateLedger(owner, { separateRole: true });
  const asOwner = ledgerDatabase(owner);
  for (const table of ['api_tokens', 'grants', 'sessions', 'sign_in_failures', 'recovery_codes', 'invitations', 'accounts', 'alert_events'] as const) await asOwner.db.deleteFrom(table).execute();
  await asOwner.db.updateTable('people').set({ set_up_ended_at: null }).execute();
  await asOwner.close();
  const database = ledgerDatabase(connection);
  const clock = manualClock();
  const logged: PeopleStand['logged'] = [];
  const note = (event: string, fields?: LogFields): void => void logged.push({ event, fields });
  const log = { error: note, warn: note, info: note, debug: note };
  // Rows of the audit stay, so each stand has its own chains.
  const writer = auditWriter(`people-${(stands += 1)}`);
  const audit = { append: (entry: AuditEntry) => database.transact((trx) => writer.append(trx, entry)) };
  const config = configSchema.parse({ version: 1, routes: [{ id: 'mail', match: {}, upstream: 'demo', scan: false }], policies: {}, people: options.config ?? {} }).people;
  const newId = exchangeIds(clock);
  const people = await openPeople({ storage: { database, writer, accountsKey: await secretKey(join(options.dataDir, 'keys'), 'accounts') }, audit, config, dataDir: options.dataDir, env: options.env ?? {}, clock, log, newId, adminUrl: () => 'http://127.0.0.1', hashCost: CHEAP, work: metrics({ version: '0', routes: () => [], detectors: () => [] }).work });
  const app = adminApp({
    operations: [...people.operations, ...(options.operations ?? [])],
    audit, clock, log, newId, token: START_UP_TOKEN, gate: people.gate, metrics: async () => ({ type: 'text/plain', text: '' }), health: [], version: '0.0.0', language: 'en',
    trustedProxies: options.trustedProxies ?? [],
    pages: (_request, _response, next) => next(),
  });
  return {
    app, people, database, clock, logged,
    async audited() {
      const rows = await database.read((db) => db.selectFrom('audit').selectAll().where('writer', 'like', `${writer.name}/%`).orderBy('at').orderBy('seq').execute());
      return rows.map(({ actor, act, subject, data }) => ({ actor, act, subject: subject ?? undefined, data: JSON.parse(data) as AuditEntry['data'] }));
    },
    async dump() {
      const parts = [];
      for (const table of TABLES) parts.push(JSON.stringify(await database.read((db) => db.selectFrom(table).selectAll().execute())));
      return parts.join('\n');
    },
    async close() {
      people.stop();
      await database.close();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly code?: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** A browser on the console: keeps the cookie, sends the check word and says where its requests come from. */
export interface Browser {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  cookie(): string | undefined;
  csrf: string | undefined;
}

export function browser(app: PeopleStand['app']): Browser {
  let cookie: string | undefined;
  const keep = (answer: request.Response): Answer => {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const value = /^weir_session=([^;]*)/.exec(line)?.[1];
      if (value !== undefined) cookie = value === '' ? undefined : value;
    }
    const body = (answer.body ?? {}) as Answer['body'];
    if (typeof body['csrf'] === 'string') self.csrf = body['csrf'];
    return { status: answer.status, body, headers: answer.headers };
  };
  const dressed = (asked: request.Test): request.Test => (cookie === undefined ? asked : asked.set('Cookie', `weir_session=${cookie}`));
  const self: Browser = {
    csrf: undefined,
    cookie: () => cookie,
    get: async (path) => keep(await dressed(request(app).get(`/api/v1${path}`)).redirects(0)),
    post: async (path, body = {}, headers = {}) => {
      const asked = dressed(request(app).post(`/api/v1${path}`)).set('Sec-Fetch-Site', 'same-origin');
      if (self.csrf !== undefined) void asked.set('X-Weir-CSRF', self.csrf);
      return keep(await asked.set({ ...headers }).send(body));
    },
  };
  return self;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly browser: Browser;
  readonly recoveryCodes: readonly string[];
  /** The code of a moment; each is taken once, so a step has to pass between two. */
  code(time: number): string;
  /** None of a moment. */
  wrongCode(time: number): string;
}

export const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
const codeOf = (base32: string, time: number): string => new TOTP({ secret: Secret.fromBase32(base32) }).generate({ timestamp: time });

/** Six digits that are the code neither of this moment nor of those beside it. */
export function wrongCode(secret: unknown, time: number): string {
  const right = [-1, 0, 1].map((step) => codeOf(String(secret), time + step * 30_000));
  return ['000000', '111111', '222222', '333333'].find((digits) => !right.includes(digits)) ?? '';
}

/** From an invitation link to a complete session. */
export async function accept(stand: PeopleStand, url: string, password = PASSWORD): Promise<Person> {
  const own = browser(stand.app);
  const accepted = must(await own.post(`/invitations/${tokenOf(url)}/accept`, { password }));
  const { secret } = must(await own.post('/session/enrol/begin'));
  const account = accepted.account as { id: string; name: string };
  const { recoveryCodes } = must(await own.post('/session/enrol/finish', { code: codeOf(String(secret), stand.clock.now()) }));
  must(await own.get('/session'));
  return { ...account, browser: own, recoveryCodes: recoveryCodes as string[], code: (time) => codeOf(String(secret), time), wrongCode: (time) => wrongCode(secret, time) };
}

/** Password and code, in a fresh browser. */
export async function signInAs(stand: PeopleStand, person: Person, password = PASSWORD): Promise<Browser> {
  stand.clock.advance(30_000);
  const own = browser(stand.app);
  must(await own.post('/session/password', { name: person.name, password }));
  must(await own.post('/session/totp', { code: person.code(stand.clock.now()) }));
  return own;
}

export function must(answer: Answer): Answer['body'] {
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The three administrators, as a first day makes them. */
export async function administrators(stand: PeopleStand): Promise<Readonly<Record<'system' | 'security' | 'auditor', Person>>> {
  const link = await stand.people.firstRunLink();
  if (link === undefined) throw new Error('there is a system administrator already');
  const system = await accept(stand, link);
  const invite = async (name: string, role: Role): Promise<Person> => {
    const made = must(await system.browser.post('/accounts', { name, displayName: name, role }));
    return accept(stand, (made.invitation as { url: string }).url);
  };
  return { system, security: await invite('sec', 'security-admin'), auditor: await invite('aud', 'auditor') };
}

/** A person with a role, proposed by one administrator and approved by the other, signed in. */
export async function personWith(stand: PeopleStand, admins: Awaited<ReturnType<typeof administrators>>, name: string, role: Role, more: object = {}): Promise<Person> {
  const made = must(await admins.system.browser.post('/accounts', { name, displayName: name }));
  const person = await accept(stand, (made.invitation as { url: string }).url);
  const proposed = must(await admins.system.browser.post('/grants', { accountId: person.id, role, ...more }));
  must(await admins.security.browser.post(`/grants/${(proposed.grant as { id: string }).id}/approve`));
  return { ...person, browser: await signInAs(stand, person) };
}
