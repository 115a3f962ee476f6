/** An OpenID provider for tests, in a process of its own: `node identity-provider.mjs <cert> <key> <redirect uri>`; prints its address. Whoever comes to sign in says in the query who they are and what they have shown. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';

const [, , cert, key, redirectUri] = process.argv;
/** The people whom the provider knows. */
const PEOPLE = {
  'sub-ann': { email: 'ann@corp.example', email_verified: true },
  'sub-mallory': { email: 'ann@corp.example', email_verified: false },
  'sub-other': { email: 'ann@corp.example', email_verified: true },
  'sub-stranger': { email: 'stranger@corp.example', email_verified: true },
};
const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'weir', client_secret: 'a-secret-of-the-test-client', redirect_uris: [redirectUri] }],
    cookies: { keys: ['a-key-of-the-test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    claims: { openid: ['sub', 'amr', 'acr'], email: ['email', 'email_verified'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    const url = new URL(request.url, issuer);
    if (!url.pathname.startsWith('/interaction/')) return callback(request, response);
    const amr = url.searchParams.get('amr');
    const login = { accountId: url.searchParams.get('as'), ...(amr === null ? {} : { amr: [amr] }) };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  });
  process.stdout.write(`${issuer}\n`);
});
