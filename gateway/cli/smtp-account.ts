/** `weir smtp-account NAME`: the line of an accounts file that a listener with `auth: { accounts: FILE }` reads. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { passwordRefusal } from '../accounts/password-policy.js';
import { ACCOUNT_NAME, AccountsUnreadable, parseAccounts } from '../channels/smtp/accounts-file.js';
import { causeCode } from '../errors.js';
import { asking } from './ask.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { fill } from './words.js';
import { smtpAccountWords, type SmtpAccountWords } from './words-smtp-account.js';

/** 24 characters of base64: more than anybody can guess, short enough to paste. */
const GENERATED_BYTES = 18;

export function addSmtpAccount(program: Command, terminal: Terminal): void {
  const words = smtpAccountWords(terminal.language);
  program
    .command('smtp-account')
    .description(words.account)
    .argument('<name>', words.nameArgument)
    .option('--file <file>', words.fileOption)
    .option('--generate', words.generateOption)
    .action(async (name: string, { file, generate }: { file?: string; generate?: boolean }) => {
      if (!ACCOUNT_NAME.test(name)) throw new CommandFailed(words.badName);
      const password = generate === true ? randomBytes(GENERATED_BYTES).toString('base64') : await asked(words);
      const refusal = passwordRefusal(password, { name, displayName: name });
      if (refusal !== undefined && generate !== true) throw new CommandFailed(fill(words.tooWeak, { why: words.why[refusal] }), EXIT.no);
      // Loaded only here: it brings a native library with it.
      const { passwordHashes } = await import('../accounts/password-hash.js');
      const line = `${name}:${(await passwordHashes().hash(password)) ?? ''}`;
      if (file === undefined) terminal.print(line);
      else {
        await put(file, name, line, words);
        terminal.tell(fill(words.written, { name, path: file }));
      }
      if (generate === true) terminal.tell(fill(words.generated, { password }));
    });
}

async function asked(words: SmtpAccountWords): Promise<string> {
  const person = asking(process.stdin, process.stderr);
  try {
    const password = await person.ask(words.password, { hidden: true });
    if (password === undefined || password === '') throw new CommandFailed(words.noPassword);
    // A program that pipes it in does not mistype.
    if (process.stdin.isTTY && (await person.ask(words.again, { hidden: true })) !== password) throw new CommandFailed(words.different, EXIT.no);
    return password;
  } finally {
    person.close();
  }
}

/** Written beside it and renamed: a listener never reads half a file. */
async function put(file: string, name: string, line: string, words: SmtpAccountWords): Promise<void> {
  const before = await readFile(file, 'utf8').catch((thrown: unknown) => {
    if (causeCode(thrown) === 'ENOENT') return '';
    throw thrown;
  });
  try {
    parseAccounts(before);
  } catch (thrown) {
    if (thrown instanceof AccountsUnreadable) throw new CommandFailed(fill(words.unreadable, { path: file, line: thrown.line ?? 0 }));
    throw thrown;
  }
  const kept = before.split('\n').filter((one) => one !== '' && !one.startsWith(`${name}:`));
  const next = `${file}.new`;
  await writeFile(next, `${[...kept, line].join('\n')}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, file);
}
