/** `weir token add`: signs in as the account's own person and makes a token for programs; no administrator can make one for somebody else. */
import { InvalidArgumentError, type Command } from 'commander';
import { adminAddress, refusal, sent, type Sent } from './admin-client.js';
import { asking } from './ask.js';
import { CommandFailed } from './outcome.js';
import type { Terminal } from './terminal.js';
import { jsonLine } from './terminal-text.js';
import { fill } from './words.js';

const DAYS_MOST = 365;

export function addToken(program: Command, terminal: Terminal): void {
  const { words, env, print } = terminal;
  program
    .command('token')
    .description(words.token)
    .command('add')
    .description(words.tokenAdd)
    .argument('<name>')
    .requiredOption('--account <name>', words.accountOption)
    .option('--days <n>', words.daysOption, (text) => days(text, terminal))
    .option('--url <url>', words.urlOption)
    .option('--json', words.jsonOption)
    .action(async (name: string, options: { account: string; days?: number; url?: string; json?: boolean }) => {
      const [{ tokenMadeAnswer }, { sessionAnswer }] = await Promise.all([import('../review/accounts-schemas.js'), import('../review/session-schemas.js')]);
      const base = adminAddress(options.url, env, words);
      const session = new SignedIn(base, terminal);
      const person = asking(process.stdin, process.stderr);
      try {
        const answer = async (question: string, hidden: boolean): Promise<string> => {
          const given = await person.ask(question, { hidden });
          if (given === undefined) throw new CommandFailed(words.noAnswer);
          return given;
        };
        const begun = sessionAnswer.parse(await session.post('/api/v1/session/password', { name: options.account, password: await answer(words.askPassword, true) }));
        if (begun.step !== 'totp') throw new CommandFailed(words.signInFirst);
        await session.post('/api/v1/session/totp', { code: await answer(words.askCode, false) });
        const made = await session.post('/api/v1/tokens', { name, ...(options.days === undefined ? {} : { days: options.days }) });
        await session.post('/api/v1/session/end', {});
        const { secret, token } = tokenMadeAnswer.parse(made);
        print(options.json === true ? jsonLine(made) : fill(words.tokenMade, { secret, until: token.expiresAt }));
      } finally {
        person.close();
      }
    });
}

/** A console of one command: keeps the cookie and its check word. */
class SignedIn {
  private cookie = '';
  private csrf = '';
  constructor(
    private readonly base: URL,
    private readonly terminal: Terminal,
  ) {}

  async post(path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { language, words } = this.terminal;
    const headers = { origin: this.base.origin, accept: 'application/json', 'accept-language': language, 'content-type': 'application/json', ...(this.cookie === '' ? {} : { cookie: this.cookie, 'x-weir-csrf': this.csrf }) };
    const answer: Sent = await sent(new URL(path, this.base), { method: 'POST', headers, body: JSON.stringify(body) }, words);
    for (const line of answer.cookies) this.cookie = /^weir_session=[^;]+/.exec(line)?.[0] ?? this.cookie;
    if (!answer.ok || answer.document === undefined) throw refusal(answer.status, answer.document, this.base, words);
    if (typeof answer.document['csrf'] === 'string') this.csrf = answer.document['csrf'];
    return answer.document;
  }
}

function days(text: string, { words }: Terminal): number {
  const given = Number(text);
  if (!Number.isInteger(given) || given < 1 || given > DAYS_MOST) throw new InvalidArgumentError(fill(words.badNumber, { least: 1, most: DAYS_MOST }));
  return given;
}
