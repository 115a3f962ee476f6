/** `weir config check --connect` asks next hops as a mail would, and says what is missing. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { configSchema, type Config } from '../../../config/schema.js';
import { hopLines } from '../../../gateway/cli/connect-hops.js';
import { connectWords } from '../../../gateway/cli/words-connect.js';
import { scriptedSmtp, type ScriptedSmtp, type ScriptedSmtpOptions } from '../../kit/scripted-smtp.js';

const configOf = (hop: object): Config =>
  configSchema.parse({
    version: 1, listen: { smtp: [{}] }, mail: { hostname: 'weir.corp.example' }, policies: { p: { rules: [] } },
    routes: [{ id: 'out', channel: 'smtp', upstream: { hops: [hop] }, policy: 'p' }, { id: 'demo', channel: 'smtp', upstream: 'demo', policy: 'p' }, { id: 'web', match: {}, upstream: 'demo', policy: 'p' }],
  });
const asked = (hop: object, env: Readonly<Record<string, string>> = {}) => hopLines(configOf(hop), env, connectWords('en'));
const codes = async (hop: object, env?: Readonly<Record<string, string>>): Promise<readonly string[]> => (await asked(hop, env)).map(({ state, code }) => `${state} ${code}`);
const auth = { user: 'weir', secret: { env: 'PASSWORD' } };
const PASSWORD = { PASSWORD: 'correct horse' };

const open: ScriptedSmtp[] = [];
const server = async (options?: ScriptedSmtpOptions): Promise<ScriptedSmtp> => {
  const one = await scriptedSmtp(options);
  open.push(one);
  return one;
};
afterAll(() => Promise.all(open.map((one) => one.close())));

describe('a next hop', () => {
  it('is greeted and left without a mail, host by host, and routes to the demo have none', async () => {
    const [one, two] = [await server(), await server()];
    const lines = await asked({ hosts: [`127.0.0.1:${one.port}`, `localhost:${two.port}`] });
    expect(lines.map(({ part, name, state, code }) => [part, name, state, code])).toEqual([['hop', `out, 127.0.0.1:${one.port}`, 'ok', 'hopClear'], ['hop', `out, localhost:${two.port}`, 'ok', 'hopClear']]);
    for (const { commands } of [one, two]) expect(commands.filter((line) => !/^(EHLO weir\.corp\.example|QUIT)$/.test(line))).toEqual([]);
  });

  it('that offers no TLS where it is demanded, nobody at its port, an unknown name, and one that wants nothing from here are told apart', async () => {
    const plain = await server();
    const busy = await server({ reply: ({ verb }) => (verb === 'GREETING' ? '554 5.7.1 not you' : undefined) });
    const gone = await server();
    await gone.close();
    expect(await codes({ hosts: [`127.0.0.1:${plain.port}`], tls: 'required' })).toEqual(['missing hopNoTls']);
    expect(await codes({ hosts: [`127.0.0.1:${busy.port}`] })).toEqual(['missing hopRefuses']);
    expect(await codes({ hosts: [`127.0.0.1:${gone.port}`] })).toEqual(['missing refused']);
    expect(await codes({ hosts: ['no-such-host.invalid:25'] })).toEqual(['missing noHost']);
  });

  it('is signed in at, and says so where the account, its password or every way to give it is missing', async () => {
    const takes = (reply: string) => server({ extensions: ['AUTH PLAIN'], reply: ({ verb }) => (verb === 'AUTH' ? reply : undefined) });
    const [good, bad, none] = [await takes('235 2.7.0 ok'), await takes('535 5.7.8 no'), await server()];
    const at = (port: number): object => ({ hosts: [`127.0.0.1:${port}`], tls: 'none', auth });
    expect(await codes(at(good.port), PASSWORD)).toEqual(['ok hopClearAccount']);
    expect(await codes(at(bad.port), PASSWORD)).toEqual(['missing hopAccount']);
    expect(await codes(at(none.port), PASSWORD)).toEqual(['missing hopNoAuth']);
    expect(await codes(at(good.port))).toEqual(['missing noSecret']);
    expect(JSON.stringify(await asked(at(bad.port), PASSWORD))).not.toContain('horse');
  });
});
