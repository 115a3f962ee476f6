/** Signing in over SMTP: who gets in, who is put off, and what the file of accounts may look like. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { passwordHashes } from '../../../../gateway/accounts/password-hash.js';
import { accountsFile, AccountsUnreadable, parseAccounts } from '../../../../gateway/channels/smtp/accounts-file.js';
import { signIn, type SignIn } from '../../../../gateway/channels/smtp/sign-in.js';
import type { Log } from '../../../../gateway/ports.js';
import { manualClock, type ManualClock } from '../../../kit/clock.js';
import { tempFolder } from '../../../kit/temp.js';

const hashes = passwordHashes({ memoryCost: 64, timeCost: 1, parallelism: 1 });
const logged: string[] = [];
const line = (event: string, fields?: object): void => void logged.push(`${event} ${JSON.stringify(fields ?? {})}`);
const log: Log = { error: line, warn: line, info: line, debug: line };
const file = join(tempFolder('accounts'), 'accounts');

async function byFile(clock: ManualClock = manualClock()): Promise<SignIn> {
  writeFileSync(file, `# people\nli.si:${(await hashes.hash('correct horse')) ?? ''}\n`);
  return signIn({ by: { accounts: accountsFile(file), verify: (stored, password) => hashes.verify(stored, password) }, clock, log });
}
const code = (answer: Awaited<ReturnType<SignIn['ask']>>): number => (answer.kind === 'in' ? 235 : answer.reply.code);

describe('signing in by a file of accounts', () => {
  it('lets in who knows the password, and nobody else', async () => {
    const asks = await byFile();
    expect(await asks.ask('li.si', 'correct horse', '192.0.2.1')).toEqual({ kind: 'in', user: 'li.si', hop: undefined });
    expect(code(await asks.ask('li.si', 'correct horse ', '192.0.2.1'))).toBe(535);
    expect(code(await asks.ask('Li.Si', 'correct horse', '192.0.2.1'))).toBe(535);
    expect(code(await asks.ask('nobody', '', '192.0.2.1'))).toBe(535);
  });

  it('asks the same work of a name that is none', async () => {
    const asked: (string | undefined)[] = [];
    const asks = signIn({ by: { accounts: { hashOf: async () => undefined }, verify: async (stored) => { asked.push(stored); return false; } }, clock: manualClock(), log });
    await asks.ask('nobody', 'x', undefined);
    expect(asked).toEqual([undefined]);
  });

  it('takes a changed file at the next sign-in, and lets nobody in by one that it cannot read', async () => {
    const asks = await byFile();
    writeFileSync(file, `wang.wu:${(await hashes.hash('another horse')) ?? ''}\n# longer than before\n`);
    expect(code(await asks.ask('li.si', 'correct horse', 'a'))).toBe(535);
    expect(code(await asks.ask('wang.wu', 'another horse', 'a'))).toBe(235);
    writeFileSync(file, 'wang.wu:plain words\n');
    expect(code(await asks.ask('wang.wu', 'plain words', 'a'))).toBe(454);
    expect(logged.at(-1)).toBe('smtp.sign-in-trouble {"cause":"ACCOUNTS_MALFORMED"}');
  });

  it('puts off who guesses, by address and by name, until ten minutes are over; also when he guesses at once', async () => {
    const clock = manualClock();
    const asks = await byFile(clock);
    const codes = await Promise.all(Array.from({ length: 30 }, async () => code(await asks.ask('li.si', 'wrong', '192.0.2.1'))));
    expect(codes.filter((one) => one === 535)).toHaveLength(10);
    expect(codes.filter((one) => one === 454)).toHaveLength(20);
    expect(code(await asks.ask('li.si', 'correct horse', '192.0.2.1'))).toBe(454);
    expect(code(await asks.ask('li.si', 'correct horse', '192.0.2.2'))).toBe(235);
    for (let host = 10; host < 50; host += 1) await asks.ask('li.si', 'wrong', `192.0.2.${String(host)}`);
    expect(code(await asks.ask('li.si', 'correct horse', '192.0.2.3'))).toBe(454);
    clock.advance(600_000);
    expect(code(await asks.ask('li.si', 'correct horse', '192.0.2.1'))).toBe(235);
  });

  it('writes neither names nor passwords into the log', async () => {
    const asks = await byFile();
    await asks.ask('secret.name', 'secret.word', '192.0.2.1');
    expect(logged.join('\n')).not.toContain('secret');
  });
});

describe('signing in by the next hop', () => {
  it('keeps what the hop accepted for the session, passes its refusal on, and counts no trouble as a guess', async () => {
    let says = 235;
    const asks = signIn({ by: { nextHop: { signIn: async () => ({ code: says, enhanced: undefined, text: ['as the hop says'] }) } }, clock: manualClock(), log });
    expect(await asks.ask('li.si', 'p', 'a')).toEqual({ kind: 'in', user: 'li.si', hop: { user: 'li.si', password: 'p' } });
    says = 535;
    expect(await asks.ask('li.si', 'q', 'a')).toEqual({ kind: 'refused', reply: { code: 535, enhanced: undefined, text: ['as the hop says'] } });
    says = 451;
    for (let count = 0; count < 20; count += 1) expect(code(await asks.ask('li.si', 'p', 'b'))).toBe(451);
    says = 235;
    expect(code(await asks.ask('li.si', 'p', 'b'))).toBe(235);
  });

  it('is not possible where the route has none', async () => {
    const asks = signIn({ by: { nextHop: undefined }, clock: manualClock(), log });
    expect(code(await asks.ask('li.si', 'p', 'a'))).toBe(454);
  });
});

describe('a file of accounts', () => {
  const hash = `$argon2id$v=19$m=64,t=1,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;
  it('has a name and a hash on each line, each name once', () => {
    expect([...parseAccounts(`\n# no account\na:${hash}\r\n李四:${hash}`).keys()]).toEqual(['a', '李四']);
    for (const bad of ['a', 'a:', `:${hash}`, `a b:${hash}`, 'a:$2y$10$abcdefghijklmnopqrstuv', `a:${hash}\na:${hash}`]) expect(() => parseAccounts(bad)).toThrow(AccountsUnreadable);
  });
});
