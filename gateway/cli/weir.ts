#!/usr/bin/env node
/** The `weir` command: reads the command line, runs one command, ends with its exit code. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { causeCode } from '../errors.js';
import { DatabaseRefused } from '../ledger/database-refused.js';
import { VaultError } from '../vault/vault-error.js';
import { addAlert } from './alert.js';
import { addAudit } from './audit.js';
import { addBackup } from './backup.js';
import { addConfig } from './config-check.js';
import { addHeld } from './held.js';
import { addJobs } from './jobs.js';
import { addKeys } from './keys.js';
import { addMigrateData } from './migrate-data.js';
import { CommandFailed, EXIT } from './outcome.js';
import { addRestore } from './restore.js';
import { addScan } from './scan.js';
import { addSmtpAccount } from './smtp-account.js';
import { addStart } from './start.js';
import type { Terminal } from './terminal.js';
import { addToken } from './token.js';
import { addUser } from './user.js';
import { addWorker } from './worker.js';
import { languageFrom, wordsFor } from './words.js';

const language = languageFrom(process.env);
const terminal: Terminal = {
  env: process.env,
  language,
  words: wordsFor(language),
  print: (text) => void process.stdout.write(`${text}\n`),
  tell: (text) => void process.stderr.write(`${text}\n`),
  exitWith: (code) => void (process.exitCode = code),
};

/** Errors whose sentence is meant for the person who starts Weir. */
const SPEAKING = new Set(['DataFolderInUse', 'DataFolderVersion', 'DataFolderMarked', 'EmbeddedPostgresError', 'DetectorError']);

const program = new Command('weir').description(terminal.words.weir).version(version()).showHelpAfterError().exitOverride();
addStart(program, terminal);
addWorker(program, terminal);
addScan(program, terminal);
addHeld(program, terminal);
addJobs(program, terminal);
addConfig(program, terminal);
addAlert(program, terminal);
addAudit(program, terminal, version());
addKeys(program, terminal);
addUser(program, terminal);
addToken(program, terminal);
addSmtpAccount(program, terminal);
addBackup(program, terminal, version());
addRestore(program, terminal);
addMigrateData(program, terminal);

try {
  await program.parseAsync();
} catch (error) {
  terminal.exitWith(told(error));
}

/** Says what went wrong, once, and what that is worth as an exit code. */
function told(error: unknown): number {
  // commander has already said it; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.trouble;
  if (error instanceof CommandFailed) {
    terminal.tell(error.sentence);
    return error.exitCode;
  }
  // These say what to do and quote nothing.
  if (error instanceof DatabaseRefused || error instanceof VaultError) terminal.tell(error.sentence(language));
  else if (error instanceof Error && SPEAKING.has(error.name)) terminal.tell(error.message);
  else terminal.tell(`weir: ${causeCode(error)}`);
  return EXIT.trouble;
}

/** package.json lies two folders up in the sources, three up in dist. */
function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { version: found } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version?: unknown };
      if (typeof found === 'string') return found;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
