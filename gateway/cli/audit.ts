/** `weir audit`: verifies every chain from its first row, or prints the audit for another system. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { AuditFilter } from '../ports.js';
import type { LedgerDatabase } from '../ledger/database.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { plain } from './terminal-text.js';
import { fill } from './words.js';

export function addAudit(program: Command, terminal: Terminal, version: string): void {
  const { words, env } = terminal;
  const audit = program.command('audit').description(words.audit);
  const dataOf = (options: { readonly data?: string }): string => options.data ?? env['WEIR_DATA'] ?? 'data';

  audit
    .command('verify')
    .description(words.auditVerify)
    .option('--data <dir>', words.dataOption)
    .option('--key <file>', words.auditKeyOption)
    .option('--json', words.jsonOption)
    .action(async (options: { readonly data?: string; readonly key?: string; readonly json?: boolean }) => {
      const dataDir = dataOf(options);
      const [{ signatureCheck, signingPaths }, { keysFolder }] = await Promise.all([import('../vault/signing.js'), import('../vault/keys-folder.js')]);
      const path = options.key ?? signingPaths(keysFolder(env, dataDir).dir).public;
      const key = options.key === undefined && !existsSync(path) ? '' : await readFile(path, 'latin1');
      await onLedger(dataDir, async (database) => {
        const { verifyAudit } = await import('../ledger/audit-chain.js');
        const result = await verifyAudit(database, key === '' ? undefined : signatureCheck(key));
        if (options.json === true) terminal.print(JSON.stringify(result));
        else if (result.ok) {
          terminal.print(fill(words.auditFine, { n: result.rows }));
          terminal.print(fill(words.auditSigned, { ...result.checkpoints }));
        } else terminal.print(fill(words.auditBad, { writer: plain(result.writer), seq: result.seq, problem: words[`audit-${result.problem}`] }));
        terminal.exitWith(result.ok ? EXIT.fine : EXIT.no);
      });
    });

  audit
    .command('export')
    .description(words.auditExport)
    .option('--data <dir>', words.dataOption)
    .addOption(new Option('--format <format>', words.formatOption).choices(['jsonl', 'csv', 'cef']).default('jsonl'))
    .option('--from <time>', words.fromOption)
    .option('--to <time>', words.toTimeOption)
    .action(async (options: { readonly data?: string; readonly format: 'jsonl' | 'csv' | 'cef'; readonly from?: string; readonly to?: string }) => {
      const filter: AuditFilter = { from: timeOf(options.from), to: timeOf(options.to) };
      await onLedger(dataOf(options), async (database) => {
        const [{ auditReading }, { auditFile }, { auditWriter }] = await Promise.all([import('../ledger/audit-reading.js'), import('../review/audit-formats.js'), import('../ledger/audit-writer.js')]);
        const data = { format: options.format, from: options.from, to: options.to };
        await database.transact((trx) => auditWriter('command').append(trx, { at: new Date(), actor: 'command', act: 'audit.export', subject: undefined, data }));
        for await (const piece of auditFile(auditReading(database).all(filter), options.format, version)) {
          // Waits for a slow reader: an export may be far larger than memory.
          if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve));
        }
      });
    });

  function timeOf(text: string | undefined): Date | undefined {
    if (text === undefined) return undefined;
    const time = new Date(text);
    if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime())) throw new CommandFailed(fill(words.badTime, { value: plain(text) }));
    return time;
  }

  async function onLedger(dataDir: string, work: (database: LedgerDatabase) => Promise<void>): Promise<void> {
    // Looking must not create what it looks for: an empty new ledger would verify as whole.
    if ((env['WEIR_DATABASE_URL'] ?? '') === '' && !existsSync(join(dataDir, 'postgres.location'))) throw new CommandFailed(fill(words.noLedger, { path: dataDir }));
    const [{ ledgerAccess }, { ledgerDatabase }] = await Promise.all([import('./ledger-connection.js'), import('../ledger/database.js')]);
    const access = await ledgerAccess(env, dataDir, terminal.tell);
    const database = ledgerDatabase(access.connection);
    try {
      await work(database);
    } finally {
      await database.close();
      await access.close();
    }
  }
}
