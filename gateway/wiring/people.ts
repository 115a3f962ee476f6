/** Introduces accounts, sessions, grants and tokens to the API, and the first administrator to Weir. */
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/schema.js';
import { firstRunLink } from '../accounts/first-administrator.js';
import { gate } from '../accounts/gate.js';
import { grantRules } from '../accounts/grant-rules.js';
import { issuing } from '../accounts/issuing.js';
import { passwordHashes } from '../accounts/password-hash.js';
import { signIn, type SessionTimes, type SignInOptions } from '../accounts/sign-in.js';
import { causeCode } from '../errors.js';
import { accountsLedger } from '../ledger/accounts-ledger.js';
import { askedAgain } from '../ledger/asked-again.js';
import { grantsLedger } from '../ledger/grants-ledger.js';
import { sessionsLedger } from '../ledger/sessions-ledger.js';
import { tokensLedger } from '../ledger/tokens-ledger.js';
import type { AccountsLedger, AuditTrail, Clock, Gate, Log } from '../ports.js';
import { measuredSignIn } from '../record/measured-ports.js';
import type { WorkMetrics } from '../record/work-metrics.js';
import { accountsOperations } from '../review/accounts-operations.js';
import { grantsOperations } from '../review/grants-operations.js';
import type { Operation } from '../review/operation.js';
import { sessionOperations } from '../review/session-operations.js';
import { tokensOperations } from '../review/tokens-operations.js';
import { secretValue } from './secret-value.js';
import type { Storage } from './storage.js';

/** How often accounts that nobody uses are looked for; they are also found when somebody signs in with one. */
const UNUSED_EVERY_MS = 3_600_000;

export interface PeopleOptions {
  readonly storage: Pick<Storage, 'database' | 'writer' | 'accountsKey'>;
  readonly audit: AuditTrail;
  readonly config: Config['people'];
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Where the admin listener is, once it listens. */
  readonly adminUrl: () => string;
  readonly work: WorkMetrics;
  /** Tests hash cheaply. */
  readonly hashCost?: Parameters<typeof passwordHashes>[0] | undefined;
}

export interface People {
  readonly gate: Gate;
  readonly operations: readonly Operation[];
  /** A fresh one-time link for the first system administrator, while there is none. */
  firstRunLink(): Promise<string | undefined>;
  stop(): void;
}

export async function openPeople(options: PeopleOptions): Promise<People> {
  const { storage, audit, config, clock, log, newId, adminUrl } = options;
  const parts = { database: storage.database, audit: storage.writer, clock, rules: grantRules, newId };
  const accounts = accountsLedger(parts);
  const grants = grantsLedger(parts);
  const sessions = sessionsLedger(parts);
  const tokens = tokensLedger(parts);
  const key = storage.accountsKey;
  const times: SessionTimes = { idleMs: config.session.idle, absoluteMs: config.session.absolute, passwordMs: config.passwordAge, unusedMs: config.unusedAfter };
  const console = (): string => config.url ?? adminUrl();
  const ways = measuredSignIn(signIn({ accounts, grants, sessions, hashes: passwordHashes(options.hashCost), clock, key, times, oidc: await oidcOf(options, { accounts, key, console }) }), options.work);
  const links = issuing({ clock, console });
  const theGate = gate({ accounts, grants, sessions, tokens, clock, idleMs: times.idleMs });

  const unused = setInterval(() => {
    accounts.disableUnused(new Date(clock.now() - times.unusedMs)).then(
      (names) => names.length > 0 && log.warn('accounts.disabled', { count: names.length }),
      (thrown: unknown) => log.warn('accounts.unused', { cause: causeCode(thrown) }),
    );
  }, UNUSED_EVERY_MS);
  unused.unref();

  return {
    gate: theGate,
    operations: [
      ...sessionOperations({ signIn: ways, csrf: (token) => theGate.csrf(token) }),
      ...accountsOperations({ accounts, grants, sessions, tokens, signIn: ways, issuing: links, audit, clock, unusedMs: times.unusedMs }),
      ...grantsOperations({ grants }),
      ...tokensOperations({ tokens, issuing: links, clock }),
    ],
    firstRunLink: () => askedAgain(() => firstRunLink({ accounts, grants, issuing: links })),
    stop: () => clearInterval(unused),
  };
}

async function oidcOf({ config, env, clock, log }: PeopleOptions, { accounts, key, console }: { readonly accounts: AccountsLedger; readonly key: Buffer; readonly console: () => string }): Promise<SignInOptions['oidc']> {
  const { oidc } = config;
  if (oidc === undefined) return undefined;
  const settings = {
    ...oidc,
    clientSecret: secretValue(oidc.clientSecret, env),
    ca: oidc.ca === undefined ? undefined : readFileSync(oidc.ca, 'utf8'),
    redirectUri: () => `${console().replace(/\/+$/, '')}/api/v1/session/oidc/callback`,
  };
  const { oidcSignIn } = await import('../accounts/oidc.js');
  return (begin) => oidcSignIn({ settings, accounts, begin, clock, log, key, unusedMs: config.unusedAfter });
}
