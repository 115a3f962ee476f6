/** `weir alert …`: where alerts go, and whether they arrive. */
import { setTimeout as after } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { DeliveryAnswer } from '../review/alerts-schemas.js';
import { adminClient, type AdminClient } from './admin-client.js';
import { addAlertCanary } from './alert-canary.js';
import { CommandFailed, EXIT } from './outcome.js';
import type { Terminal } from './terminal.js';
import { jsonLine, plain, table } from './terminal-text.js';
import { alertWords } from './words-alert.js';
import { fill } from './words.js';

/** A robot answers within seconds; what needs longer is looked up later. */
const WAIT_MS = 30_000;
const LOOK_MS = 500;

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

export function addAlert(program: Command, terminal: Terminal): void {
  const { language, env, print } = terminal;
  const words = alertWords(language);
  const alert = program.command('alert').description(words.alert);
  const sub = (name: string, description: string): Command =>
    alert.command(name).description(description).option('--url <url>', terminal.words.urlOption).option('--json', terminal.words.jsonOption);
  const client = (options: Common): Promise<AdminClient> => adminClient({ url: options.url, env, language, words: terminal.words });

  sub('sinks', words.sinks).action(async (options: Common) => {
    const answer = await (await client(options)).get('/api/v1/alerts/sinks');
    if (options.json === true) {
      print(jsonLine(answer));
      return;
    }
    const { sinksAnswer } = await schemas();
    const { sinks } = sinksAnswer.parse(answer);
    const rows = sinks.map((one) => [one.id, one.kind ?? '', words[one.state], String(one.waiting), String(one.dead), one.lastSentAt ?? '', one.lastError ?? '', one.rules.join(' ')]);
    print(sinks.length === 0 ? words.none : table([words.headings.split('\t'), ...rows]));
  });

  sub('deliveries', words.deliveries)
    .option('--sink <id>', words.sinkOption)
    .addOption(new Option('--state <state>', words.stateOption).choices(['open', 'sent', 'dead']))
    .action(async (options: Common & { readonly sink?: string; readonly state?: string }) => {
      const query = new URLSearchParams();
      if (options.sink !== undefined) query.set('sink', options.sink);
      if (options.state !== undefined) query.set('state', options.state);
      const answer = await (await client(options)).get(`/api/v1/alerts/deliveries?${query.toString()}`);
      if (options.json === true) {
        print(jsonLine(answer));
        return;
      }
      const { deliveriesAnswer } = await schemas();
      const { deliveries } = deliveriesAnswer.parse(answer);
      const rows = deliveries.map((one) => [String(one.n), one.sink, one.rule, words[one.state], one.severity, String(one.total), String(one.attempts), one.createdAt, one.lastError ?? '']);
      print(deliveries.length === 0 ? words.noDeliveries : table([words.deliveryHeadings.split('\t'), ...rows]));
    });

  sub('test', words.test)
    .argument('[sink]', words.sinkArgument)
    .action(async (named: string | undefined, options: Common) => {
      const api = await client(options);
      const { sinksAnswer } = await schemas();
      const sinks = named === undefined ? sinksAnswer.parse(await api.get('/api/v1/alerts/sinks')).sinks.filter(({ state }) => state !== 'gone').map(({ id }) => id) : [named];
      if (sinks.length === 0) print(words.none);
      for (const sink of sinks) {
        const delivery = await tested(api, sink).catch((thrown: unknown) => {
          // One that was tested too often lately says nothing about those after it.
          if (named !== undefined || !(thrown instanceof CommandFailed)) throw thrown;
          terminal.tell(`${sink}: ${thrown.message}`);
          terminal.exitWith(EXIT.no);
          return undefined;
        });
        if (delivery === undefined) continue;
        const one = await ended(api, delivery);
        if (one.state !== 'sent') terminal.exitWith(EXIT.no);
        if (options.json === true) print(jsonLine(one));
        else print(plain(fill(one.state === 'sent' ? words.arrived : one.state === 'dead' || one.attempts > 0 ? words.notArrived : words.stillUnderWay, { sink, code: one.lastError ?? '-' })));
      }
    });

  addAlertCanary(alert, terminal);
}

/** What answers look like, loaded by the command that asks. */
const schemas = (): Promise<typeof import('../review/alerts-schemas.js')> => import('../review/alerts-schemas.js');

async function tested(api: AdminClient, sink: string): Promise<number> {
  const { testAnswer } = await schemas();
  return testAnswer.parse(await api.post(`/api/v1/alerts/sinks/${encodeURIComponent(sink)}/test`, {})).delivery;
}

/** Until it has arrived or the sink has said no; a first failure is an answer too, it is tried again without us. */
async function ended(api: AdminClient, n: number): Promise<DeliveryAnswer> {
  const { deliveryAnswer } = await schemas();
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const one = deliveryAnswer.parse(await api.get(`/api/v1/alerts/deliveries/${n}`));
    if (one.state !== 'open' || one.attempts > 0 || Date.now() > deadline) return one;
    await after(LOOK_MS);
  }
}
