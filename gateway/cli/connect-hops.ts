/** What `weir config check --connect` says of next hops for mail: each host is greeted, secured and signed in at as a mail would be, and no mail is sent. */
import { readFileSync } from 'node:fs';
import { smtpRoutes } from '../../config/routes.js';
import type { Config, MailHop } from '../../config/schema.js';
import { stepTimes } from '../deliver/smtp/connection.js';
import { hostAndPort, systemResolve } from '../deliver/smtp/hosts.js';
import { HopTrouble, openSession } from '../deliver/smtp/session.js';
import { causeCode } from '../errors.js';
import { secretOf, type Env } from './connect-far-sides.js';
import { liner, type ConnectLine } from './connect-line.js';
import type { ConnectWords } from './words-connect.js';

/** Longer than any network takes to say no. */
const PATIENCE_MS = 5_000;

export async function hopLines(config: Pick<Config, 'routes' | 'mail'>, env: Env, words: ConnectWords): Promise<readonly ConnectLine[]> {
  const places = smtpRoutes(config).flatMap(({ id, upstream }) => (upstream === 'demo' ? [] : upstream.hops.flatMap((hop) => hop.hosts.map((host) => ({ id, hop, host })))));
  return Promise.all(places.map(({ id, hop, host }) => hopLine(config.mail.hostname, hop, host, env, liner(words, 'hop', `${id}, ${host}`))));
}

async function hopLine(hostname: string, hop: MailHop, name: string, env: Env, say: ReturnType<typeof liner>): Promise<ConnectLine> {
  let account;
  let ca;
  try {
    account = hop.auth === undefined ? undefined : { user: hop.auth.user, password: secretOf(hop.auth.secret, env) };
    ca = hop.ca === undefined ? undefined : readFileSync(hop.ca);
  } catch {
    return say.missing('noSecret');
  }
  const { host, port } = hostAndPort(name);
  try {
    const [ip = host] = /^[\d.]+$|:/.test(host) ? [host] : await systemResolve(host);
    const settings = { hostname, tls: hop.tls, serverName: hop.serverName, ca, connectTimeout: Math.min(PATIENCE_MS, hop.connectTimeout), times: stepTimes(Math.min(PATIENCE_MS, hop.replyTimeout)) };
    const connection = await openSession({ host, ip, port }, settings, account);
    connection.quit();
    const isLocal = /^127\.|^::1$/.test(ip);
    if (!connection.secure) return hop.tls === 'none' || isLocal ? say.ok(account === undefined ? 'hopClear' : 'hopClearAccount') : say.warning('hopClear');
    if (connection.verified) return say.ok(account === undefined ? 'hopVerified' : 'hopVerifiedAccount');
    return say.ok(account === undefined ? 'hopTls' : 'hopTlsAccount');
  } catch (thrown) {
    return troubleLine(thrown, say);
  }
}

function troubleLine(thrown: unknown, say: ReturnType<typeof liner>): ConnectLine {
  const code = causeCode(thrown instanceof HopTrouble && thrown.cause !== undefined ? rootOf(thrown.cause) : thrown);
  if (thrown instanceof HopTrouble) {
    const { kind, reply } = thrown;
    if (kind === 'sign-in') return reply === undefined ? say.missing('hopNoAuth') : say.missing('hopAccount', { code: reply.code });
    if (kind === 'tls') return thrown.cause === undefined ? say.missing('hopNoTls') : say.missing('certificate', { code });
    if (reply !== undefined) return say.missing('hopRefuses', { code: reply.code });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return say.missing('noHost');
  if (code === 'ECONNREFUSED') return say.missing('refused');
  return code === 'ETIMEDOUT' || code === 'upstream-timeout' ? say.missing('silent') : say.missing('unreached', { code });
}

/** What the network itself said is at the end of the chain. */
function rootOf(thrown: unknown): unknown {
  let root = thrown;
  for (let step = 0; step < 5 && root instanceof Error && root.cause !== undefined; step += 1) root = root.cause;
  return root;
}
