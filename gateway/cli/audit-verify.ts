/** `weir audit verify`: reads every audit chain from its first row and says whether it is whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { plain } from './terminal-text.js';
import { fill } from './words.js';

export function addAudit(program: Command, terminal: Terminal): void {
  const { words, env } = terminal;
  program
    .command('audit')
    .description(words.audit)
    .command('verify')
    .description(words.auditVerify)
    .option('--data <dir>', words.dataOption)
    .option('--json', words.jsonOption)
    .action(async (options: { readonly data?: string; readonly json?: boolean }) => {
      const dataDir = options.data ?? env['WEIR_DATA'] ?? 'data';
      // Looking must not create what it looks for: an empty new ledger would verify as whole.
      if ((env['WEIR_DATABASE_URL'] ?? '') === '' && !existsSync(join(dataDir, 'postgres.location'))) throw new CommandFailed(fill(words.noLedger, { path: dataDir }));
      const [{ ledgerAccess }, { ledgerDatabase }, { verifyAudit }] = await Promise.all([
        import('./ledger-connection.js'),
        import('../ledger/database.js'),
        import('../ledger/audit-chain.js'),
      ]);
      const access = await ledgerAccess(env, dataDir, terminal.tell);
      const database = ledgerDatabase(access.connection);
      try {
        const result = await verifyAudit(database);
        if (options.json === true) terminal.print(JSON.stringify(result));
        else if (result.ok) terminal.print(fill(words.auditFine, { n: result.rows }));
        else terminal.print(fill(words.auditBad, { writer: plain(result.writer), seq: result.seq, problem: words[`audit-${result.problem}`] }));
        terminal.exitWith(result.ok ? EXIT.fine : EXIT.no);
      } finally {
        await database.close();
        await access.close();
      }
    });
}
