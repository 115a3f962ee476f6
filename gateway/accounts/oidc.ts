/** Sign-in through the organisation's identity provider (OpenID Connect, authorisation code with PKCE): it proves who somebody is; what they may do stays here. */
import * as client from 'openid-client';
import { z } from 'zod';
import type { AccountsLedger, Clock, Credentials, Log, OidcSignIn } from '../ports.js';
import { privateCaFetch } from './private-ca-fetch.js';
import { seal, unseal } from './sealed.js';
import type { BeginSession } from './sign-in.js';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of the organisation's own certificate authority, in PEM. */
  readonly ca: string | undefined;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: () => string;
  /** What names the account: the provider's subject alone once linked, before that this claim. */
  readonly claim: 'email' | 'preferred_username';
  /** When the provider says one of these, it has asked for a second factor and Weir does not ask again. */
  readonly secondFactor: { readonly amr: readonly string[]; readonly acr: readonly string[] };
}
export interface OidcOptions {
  readonly settings: OidcSettings;
  readonly accounts: AccountsLedger;
  readonly begin: BeginSession;
  readonly clock: Clock;
  readonly log: Log;
  /** Seals what the browser carries to the provider and back. */
  readonly key: Buffer;
  readonly unusedMs: number;
}

const FLOW_MS = 10 * 60_000;
/** A provider that does not answer must not keep a browser waiting. */
const TIMEOUT_S = 10;
const FLOW = 'weir oidc flow';
const HOME = '/';
const failedAt = (why: 'oidc' | 'unknown-account' | 'disabled'): string => `/#/sign-in?failed=${why}`;

const flowState = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), until: z.number() });
const claims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  preferred_username: z.string().optional(),
  amr: z.array(z.string()).optional(),
  acr: z.string().optional(),
});
type Claims = z.output<typeof claims>;

export function oidcSignIn(options: OidcOptions): OidcSignIn {
  const { settings, accounts, begin, clock, log, key, unusedMs } = options;
  let discovered: Promise<client.Configuration> | undefined;
  const provider = async (): Promise<client.Configuration> => {
    discovered ??= discover(settings);
    try {
      return await discovered;
    } catch (thrown) {
      // It may answer next time.
      discovered = undefined;
      throw thrown;
    }
  };

  /** The linked account; else the one that the claim names, linked from now on. */
  const accountOf = async (said: Claims, secondFactor: boolean): Promise<Credentials | undefined> => {
    const linked = await accounts.credentials({ oidcSubject: said.sub });
    const named = linked ?? (await byClaim(accounts, said, settings.claim));
    if (named === undefined || (await accounts.linkOidc(named.account.id, said.sub, secondFactor)) !== 'done') return named?.account.state === 'disabled' ? named : undefined;
    return await accounts.credentials({ id: named.account.id });
  };

  return {
    async start(visit) {
      const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier(), until: clock.now() + FLOW_MS };
      visit.setFlow(seal(key, FLOW, Buffer.from(JSON.stringify(flow))).toString('base64url'));
      try {
        const url = client.buildAuthorizationUrl(await provider(), {
          redirect_uri: settings.redirectUri(),
          scope: 'openid email profile',
          state: flow.state,
          nonce: flow.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      } catch (thrown) {
        log.warn('oidc.unreachable', { code: codeOf(thrown) });
        return failedAt('oidc');
      }
    },

    async callback(visit) {
      const flow = flowOf(visit.flow, key, clock.now());
      visit.setFlow(undefined);
      if (flow === undefined) return failedAt('oidc');
      let said: Claims;
      try {
        const url = new URL(settings.redirectUri());
        url.search = visit.search;
        const tokens = await client.authorizationCodeGrant(await provider(), url, { expectedState: flow.state, expectedNonce: flow.nonce, pkceCodeVerifier: flow.verifier, idTokenExpected: true });
        said = await described(await provider(), claims.parse(tokens.claims()), tokens.access_token, settings.claim);
      } catch (thrown) {
        // Its texts may quote what the provider or a stranger wrote.
        log.warn('oidc.refused', { code: codeOf(thrown) });
        return failedAt('oidc');
      }
      const secondFactor = (said.amr ?? []).some((one) => settings.secondFactor.amr.includes(one)) || (said.acr !== undefined && settings.secondFactor.acr.includes(said.acr));
      let found = await accountOf(said, secondFactor);
      const since = new Date(clock.now() - unusedMs);
      if (found?.lastUsedAt !== undefined && found.lastUsedAt < since && (await accounts.disableUnused(since)).includes(found.account.name)) found = await accounts.credentials({ id: found.account.id });
      if (found === undefined) return failedAt('unknown-account');
      if (found.account.state !== 'active') return failedAt('disabled');
      const begun = await begin(found, 'oidc', visit, { secondFactor });
      return begun.kind === 'done' ? HOME : failedAt('oidc');
    },
  };
}

async function discover({ issuer, clientId, clientSecret, ca }: OidcSettings): Promise<client.Configuration> {
  const by = ca === undefined ? {} : { [client.customFetch]: privateCaFetch(ca) };
  return await client.discovery(new URL(issuer), clientId, clientSecret, undefined, { timeout: TIMEOUT_S, ...by });
}

/** Many providers keep names and addresses out of the ID token; what was shown at sign-in (amr, acr) comes from the token alone. */
async function described(provider: client.Configuration, said: Claims, accessToken: string, claim: OidcSettings['claim']): Promise<Claims> {
  if (said[claim] !== undefined || provider.serverMetadata().userinfo_endpoint === undefined) return said;
  const more = claims.parse(await client.fetchUserInfo(provider, accessToken, said.sub));
  return { ...said, email: more.email, email_verified: more.email_verified, preferred_username: more.preferred_username };
}

async function byClaim(accounts: AccountsLedger, said: Claims, claim: OidcSettings['claim']): Promise<Credentials | undefined> {
  if (claim === 'preferred_username') return said.preferred_username === undefined ? undefined : await accounts.credentials({ name: said.preferred_username });
  // An address that the provider has not checked may be anybody's.
  return said.email === undefined || said.email_verified !== true ? undefined : await accounts.credentials({ email: said.email });
}

function flowOf(sealed: string | undefined, key: Buffer, now: number): z.output<typeof flowState> | undefined {
  const opened = sealed === undefined ? undefined : unseal(key, FLOW, Buffer.from(sealed, 'base64url'));
  if (opened === undefined) return undefined;
  const flow = flowState.parse(JSON.parse(opened.toString('utf8')));
  return flow.until > now ? flow : undefined;
}

function codeOf(thrown: unknown): string {
  const { code, name } = Object(thrown) as { readonly code?: unknown; readonly name?: unknown };
  for (const word of [code, name]) if (typeof word === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(word)) return word;
  return 'unknown';
}
