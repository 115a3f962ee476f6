/** `weir jobs …`: what waits, what was given up, and another try for it. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { JOB_KINDS, JOB_STATES } from '../ports.js';
import type { jobsAnswer } from '../review/jobs-schemas.js';
import { PAGE_MOST } from '../review/page-most.js';
import { adminClient, type AdminClient } from './admin-client.js';
import type { Terminal } from './terminal.js';
import { jsonLine, table } from './terminal-text.js';
import { fill } from './words.js';
import { jobWords, type JobWords } from './words-jobs.js';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}
interface Asked extends Common {
  readonly state?: string;
  readonly kind?: string;
  readonly incident?: string;
  readonly limit?: number;
  readonly after?: number;
}

export function addJobs(program: Command, terminal: Terminal): void {
  const { language, env, print } = terminal;
  const words = jobWords(language);
  const jobs = program.command('jobs').description(words.jobs);
  const sub = (name: string, description: string): Command =>
    jobs.command(name).description(description).option('--url <url>', terminal.words.urlOption).option('--json', terminal.words.jsonOption);
  const client = (options: Common): Promise<AdminClient> => adminClient({ url: options.url, env, language, words: terminal.words });
  const upTo = (most: number) => (text: string): number => whole(text, most, terminal);

  sub('list', words.list)
    .addOption(new Option('--state <state>', words.stateOption).choices(['open', ...JOB_STATES]))
    .addOption(new Option('--kind <kind>', words.kindOption).choices([...JOB_KINDS]))
    .option('--incident <id>', words.incidentOption)
    .option('--limit <n>', terminal.words.limitOption, upTo(PAGE_MOST))
    .option('--after <next>', words.afterOption, upTo(Number.MAX_SAFE_INTEGER))
    .action(async (options: Asked) => {
      const query = new URLSearchParams();
      for (const key of ['state', 'kind', 'incident', 'limit', 'after'] as const) {
        const value = options[key];
        if (value !== undefined) query.set(key, String(value));
      }
      const answer = await (await client(options)).get(`/api/v1/jobs?${query.toString()}`);
      const { jobsAnswer } = await import('../review/jobs-schemas.js');
      print(options.json === true ? jsonLine(answer) : listText(jobsAnswer.parse(answer), words, terminal));
    });

  sub('retry', words.retry)
    .argument('<n>', words.number, upTo(Number.MAX_SAFE_INTEGER))
    .requiredOption('--reason <text>', terminal.words.reasonOption)
    .action(async (n: number, options: Common & { readonly reason: string }) => {
      const answer = await (await client(options)).post(`/api/v1/jobs/${n}/retry`, { reason: options.reason });
      const { jobRetryAnswer } = await import('../review/jobs-schemas.js');
      const retried = jobRetryAnswer.parse(answer);
      print(options.json === true ? jsonLine(answer) : fill(words.retried, { n: retried.n }));
    });
}

function whole(text: string, most: number, { words }: Terminal): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > most) throw new InvalidArgumentError(fill(words.badNumber, { least: 1, most }));
  return number;
}

function listText({ jobs, next }: z.output<typeof jobsAnswer>, words: JobWords, terminal: Terminal): string {
  if (jobs.length === 0) return words.none;
  const rows = jobs.map((job) => [
    String(job.n),
    words.kindName(job.kind),
    words.stateName(job.state),
    // A notice, a delivery and a rescan are known by a number or a revision where no message is named.
    job.incident ?? job.ref ?? '–',
    String(job.attempts),
    job.code ?? '–',
    job.createdAt,
    job.dueAt,
  ]);
  return table([words.headings.split('\t'), ...rows]) + (next === undefined ? '' : `\n${fill(terminal.words.more, { next })}`);
}
