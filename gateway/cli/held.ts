/** `weir held …`: what the review API offers, for people at a terminal. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { STATE_NAMES } from '../console/words.js';
import { HELD_STATES } from '../ports.js';
import { PAGE_MOST } from '../review/page-most.js';
import type { queueAnswer } from '../review/queue-schemas.js';
import { adminClient, type AdminClient } from './admin-client.js';
import { messageText } from './held-message.js';
import type { Terminal } from './terminal.js';
import { jsonLine, table } from './terminal-text.js';
import { fill } from './words.js';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

export function addHeld(program: Command, terminal: Terminal): void {
  const { words, language, env, print } = terminal;
  const held = program.command('held').description(words.held);
  const sub = (name: string, description: string): Command =>
    held.command(name).description(description).option('--url <url>', words.urlOption).option('--json', words.jsonOption);
  const client = (options: Common): Promise<AdminClient> => adminClient({ url: options.url, env, language, words });

  sub('list', words.heldList)
    .addOption(new Option('--state <state>', words.stateOption).choices([...HELD_STATES, 'all']).default('held'))
    .option('--route <id>', words.routeOption)
    .option('--limit <n>', words.limitOption, (text) => pageSize(text, terminal))
    .option('--after <next>', words.afterOption)
    .action(async (options: Common & { state: string; route?: string; limit?: number; after?: string }) => {
      const query = new URLSearchParams();
      if (options.state !== 'all') query.set('state', options.state);
      if (options.route !== undefined) query.set('route', options.route);
      if (options.limit !== undefined) query.set('limit', String(options.limit));
      if (options.after !== undefined) query.set('after', options.after);
      const answer = await (await client(options)).get(`/api/v1/messages?${query.toString()}`);
      const { queueAnswer } = await import('../review/queue-schemas.js');
      if (options.json === true) print(jsonLine(answer));
      else print(listText(queueAnswer.parse(answer), terminal));
    });

  sub('show', words.heldShow)
    .argument('<id>')
    .action(async (id: string, options: Common) => {
      const answer = await (await client(options)).get(`/api/v1/messages/${encodeURIComponent(id)}`);
      const { messageAnswer } = await import('../review/message-schemas.js');
      if (options.json === true) print(jsonLine(answer));
      else print(messageText(messageAnswer.parse(answer), terminal));
    });

  const decide = async (id: string, act: string, body: Readonly<Record<string, unknown>>, options: Common): Promise<void> => {
    const answer = await (await client(options)).post(`/api/v1/messages/${encodeURIComponent(id)}/${act}`, body);
    const { decisionAnswer } = await import('../review/decision-schemas.js');
    const { id: decided, state } = decisionAnswer.parse(answer);
    const named = { id: decided, state: STATE_NAMES[language][state], of: id };
    print(options.json === true ? jsonLine(answer) : fill(decided === id ? words.done : words.doneSome, named));
  };
  const recipient = (): Option => new Option('--recipient <n>', words.recipientOption).argParser((text: string, before: readonly number[] | undefined) => [...new Set([...(before ?? []), recipientNumber(text, terminal)])]);
  sub('release', words.heldRelease)
    .argument('<id>')
    .addOption(new Option('--as <form>', words.asOption).choices(['original', 'masked']).makeOptionMandatory())
    .requiredOption('--reason <text>', words.reasonOption)
    .addOption(recipient())
    .action((id: string, options: Common & { as: string; reason: string; recipient?: readonly number[] }) => decide(id, 'release', { as: options.as, reason: options.reason, recipients: options.recipient }, options));
  sub('reject', words.heldReject)
    .argument('<id>')
    .requiredOption('--reason <text>', words.reasonOption)
    .addOption(recipient())
    .option('--no-notify', words.noNotifyOption)
    .option('--words <text>', words.wordsOption)
    .action((id: string, options: Common & { reason: string; recipient?: readonly number[]; notify: boolean; words?: string }) =>
      decide(id, 'reject', { reason: options.reason, recipients: options.recipient, notify: options.notify ? undefined : false, words: options.words }, options),
    );
  sub('settle', words.heldSettle)
    .argument('<id>')
    .addOption(new Option('--outcome <outcome>', words.outcomeOption).choices(['arrived', 'retry']).makeOptionMandatory())
    .requiredOption('--reason <text>', words.reasonOption)
    .action((id: string, options: Common & { outcome: string; reason: string }) => decide(id, 'settle', { outcome: options.outcome, reason: options.reason }, options));
}

/** As many as a listener may admit. */
const RECIPIENTS_MOST = 10_000;

function recipientNumber(text: string, { words }: Terminal): number {
  const n = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(n <= RECIPIENTS_MOST)) throw new InvalidArgumentError(fill(words.badRecipient, { most: RECIPIENTS_MOST }));
  return n;
}

function pageSize(text: string, { words }: Terminal): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MOST) throw new InvalidArgumentError(fill(words.badNumber, { least: 1, most: PAGE_MOST }));
  return size;
}

function listText({ messages, next }: z.output<typeof queueAnswer>, { words, language }: Terminal): string {
  if (messages.length === 0) return words.noMessages;
  const rows = messages.map((message) => [
    message.id,
    STATE_NAMES[language][message.state],
    message.receivedAt,
    message.route,
    message.severity,
    // What could not be read is a reason to be held as much as what was found.
    [...Object.entries(message.findingCounts).map(([detector, count]) => `${detector}×${count}`), ...message.unscannableReasons].join(' '),
    message.sender ?? message.user ?? message.clientAddress ?? '–',
    message.recipients.length > 1 ? fill(words.andMore, { first: message.recipients[0] ?? '', n: message.recipients.length - 1 }) : (message.recipients[0] ?? '–'),
  ]);
  const heading = [words.id, words.state, words.received, words.route, words.severity, words.found, words.from, words.recipients];
  return table([heading, ...rows]) + (next === undefined ? '' : `\n${fill(words.more, { next })}`);
}
