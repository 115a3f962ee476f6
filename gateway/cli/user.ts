/** `weir user …`: inviting people, and the way back in when no administrator can sign in any more. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { ROLES, type Role } from '../ports.js';
import { adminAddress, adminClient } from './admin-client.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { jsonLine } from './terminal-text.js';
import { fill } from './words.js';

export function addUser(program: Command, terminal: Terminal): void {
  const { words, language, env, print } = terminal;
  const user = program.command('user').description(words.user);
  user
    .command('add')
    .description(words.userAdd)
    .argument('<name>')
    .option('--display-name <text>', words.displayNameOption)
    .option('--email <address>', words.emailOption)
    .addOption(new Option('--role <role>', words.roleOption).choices(ROLES))
    .option('--url <url>', words.urlOption)
    .option('--json', words.jsonOption)
    .action(async (name: string, options: { displayName?: string; email?: string; role?: Role; url?: string; json?: boolean }) => {
      const client = await adminClient({ url: options.url, env, language, words });
      const { role, email } = options;
      const answer = await client.post('/api/v1/accounts', { name, displayName: options.displayName ?? name, ...(email === undefined ? {} : { email }), ...(role === undefined ? {} : { role }) });
      if (options.json === true) {
        print(jsonLine(answer));
        return;
      }
      const { invitedAnswer } = await import('../review/accounts-schemas.js');
      const { invitation, grant } = invitedAnswer.parse(answer);
      print(fill(words.invited, { name, url: invitation.url, until: invitation.expiresAt }));
      if (grant !== undefined) print(fill(grant.state === 'active' ? words.granted : words.proposed, { role: grant.role }));
    });
  user
    .command('recover')
    .description(words.userRecover)
    .argument('<name>')
    .addOption(new Option('--role <role>', words.recoverRoleOption).choices(ROLES))
    .option('--url <url>', words.urlOption)
    .option('--data <dir>', words.dataOption)
    .action(async (name: string, options: { role?: Role; url?: string; data?: string }) => {
      const console = adminAddress(options.url, env, words).href;
      const dataDir = options.data ?? env['WEIR_DATA'] ?? 'data';
      // Looking must not create what it looks for.
      if ((env['WEIR_DATABASE_URL'] ?? '') === '' && !existsSync(join(dataDir, 'postgres.location'))) throw new CommandFailed(fill(words.noLedger, { path: dataDir }));
      print(await recovered({ name, role: options.role, console, dataDir }, terminal));
    });
}

async function recovered({ name, role, console, dataDir }: { readonly name: string; readonly role: Role | undefined; readonly console: string; readonly dataDir: string }, { env, words, tell }: Terminal): Promise<string> {
  // Loaded only here: they bring the database with them.
  const [{ ledgerAccess }, { ledgerDatabase }, { auditWriter }, { recoverAccount }, { issuing }, { grantRules }, { exchangeIds }] = await Promise.all([
    import('./ledger-connection.js'),
    import('../ledger/database.js'),
    import('../ledger/audit-writer.js'),
    import('../ledger/recovery-ledger.js'),
    import('../accounts/issuing.js'),
    import('../accounts/grant-rules.js'),
    import('../wiring/ids.js'),
  ]);
  const clock = { now: (): number => Date.now() };
  const { url, invitation } = issuing({ clock, console: () => console }).invitation('recovery');
  const access = await ledgerAccess(env, dataDir, tell);
  const database = ledgerDatabase(access.connection);
  try {
    const result = await recoverAccount({ database, audit: auditWriter('offline'), clock, rules: grantRules, newId: exchangeIds(clock) }, { name, role, invitation });
    if (result.kind === 'not-found') throw new CommandFailed(fill(words.noAccount, { name }), EXIT.no);
    if (result.kind === 'refused') throw new CommandFailed(fill(words.roleRefused, { name, why: result.why }), EXIT.no);
    return fill(words.recovered, { name, url, until: invitation.expiresAt.toISOString() });
  } finally {
    await database.close();
    await access.close();
  }
}
