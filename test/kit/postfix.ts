/** A real Postfix on loopback for a test: its own configuration, queue and log in a temp folder, in the foreground, gone with `stop`. Needs root, as Postfix does. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './patience.js';

export interface QueuedMail {
  readonly queue_name: string;
  readonly queue_id: string;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[];
}
export interface Postfix {
  readonly port: number;
  readonly folder: string;
  /** What waits in it now. */
  queue(): readonly QueuedMail[];
  /** Tries all that waits again, at once. */
  flush(): void;
  /** Each line of its log so far. */
  readonly log: readonly string[];
  /** Resolves with the first line, past or to come, that matches. */
  logged(pattern: RegExp): Promise<string>;
  /** SIGKILL to all of it, as a crash would; the queue stays. */
  kill(): Promise<void>;
  /** Again, on the same port with the same queue, after `kill`. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}
export interface PostfixOptions {
  readonly port?: number;
  /** More lines of master.cf. */
  readonly master?: readonly string[];
  /** Put before the command, for example `['taskset', '-c', '0']`. */
  readonly prefix?: readonly string[];
}

/** Its programs, without those that a relay on loopback has no use for; none in a chroot, since the folder is bare. */
const SERVICES = [
  'pickup unix n - n 60 1 pickup', 'cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr', 'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce', 'defer unix - - n - 0 bounce', 'trace unix - - n - 0 bounce', 'verify unix - - n - 1 verify', 'flush unix n - n 1000? 0 flush',
  'proxymap unix - - n - - proxymap', 'proxywrite unix - - n - 1 proxymap', 'smtp unix - - n - - smtp', 'relay unix - - n - - smtp', 'showq unix n - n - - showq', 'error unix - - n - - error',
  'retry unix - - n - - error', 'discard unix - - n - - discard', 'local unix - n n - - local', 'virtual unix - n n - - virtual', 'lmtp unix - - n - - lmtp', 'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache', 'postlog unix-dgram n - n - 1 postlogd',
];

/** Whether anybody of a group of processes still runs; what has ended and waits for nobody but its parent does not. */
function lives(group: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(of) === group && state !== 'Z' && state !== 'X';
    } catch {
      // Gone meanwhile.
      return false;
    }
  });
}

const nameOf = (line: string): string => line.slice(0, line.indexOf('=')).trim();

/** `configLines` come last in main.cf, so that they win; without a `relayhost` or a transport in them all mail is thrown away once it was taken. */
export async function postfix(configLines: readonly string[] = [], options: PostfixOptions = {}): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-postfix-'));
  // Its programs run as another user, who has to get through.
  chmodSync(folder, 0o755);
  const port = options.port ?? (await freePort());
  const at = (name: string): string => join(folder, name);
  const uid = Number(execFileSync('id', ['-u', 'postfix'], { encoding: 'utf8' }));
  for (const name of ['etc', 'spool', 'data']) mkdirSync(at(name), { mode: 0o755 });
  chownSync(at('data'), uid, 0);
  writeFileSync(
    at('etc/main.cf'),
    [
      'compatibility_level = 3.6', `queue_directory = ${at('spool')}`, `data_directory = ${at('data')}`, `maillog_file = ${at('log')}`, `maillog_file_prefixes = ${tmpdir()}`, 'myhostname = postfix.test', 'mydomain = test', 'mydestination =', 'alias_maps =', 'alias_database =',
      'inet_interfaces = loopback-only', 'inet_protocols = ipv4', 'mynetworks = 127.0.0.0/8', 'smtpd_relay_restrictions = permit_mynetworks, reject', 'default_transport = discard:', 'relay_transport = discard:', 'local_recipient_maps =',
      'smtputf8_enable = yes', 'message_size_limit = 104857600', 'smtpd_client_connection_count_limit = 0', 'smtpd_client_connection_rate_limit = 0', 'smtp_host_lookup = native', 'smtp_dns_support_level = disabled', 'smtp_address_preference = ipv4',
      'minimal_backoff_time = 1s', 'maximal_backoff_time = 2s', 'queue_run_delay = 1s', 'smtp_destination_concurrency_failed_cohort_limit = 0',
      ...configLines,
    ]
      // The last of a name, since it warns of earlier ones.
      .filter((line, index, all) => !all.slice(index + 1).some((later) => nameOf(later) === nameOf(line)))
      .concat('')
      .join('\n'),
  );
  writeFileSync(at('etc/master.cf'), [`127.0.0.1:${String(port)} inet n - n - - smtpd`, ...SERVICES, ...(options.master ?? []), ''].join('\n'));

  const log: string[] = [];
  const waiting = new Set<() => void>();
  let child: ChildProcess | undefined;
  const logged = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const line = log.find((one) => pattern.test(one));
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
  const ended = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const running = child;
    child = undefined;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    // The master daemon leads a group of its own, of all that it has started; the script that we began only waits for it.
    const group = Number(readFileSync(at('spool/pid/master.pid'), 'utf8').trim());
    process.kill(-group, signal);
    await gone;
    // Each of them that takes mail holds the port, and any may still write.
    await until(`all of Postfix's group ${String(group)} has ended`, () => !lives(group));
  };
  let rest = '';
  const read = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    log.push(...lines);
    for (const look of [...waiting]) look();
  };
  writeFileSync(at('log'), '');
  const tail = spawn('tail', ['-n', '+1', '-f', at('log')], { stdio: ['ignore', 'pipe', 'ignore'] });
  tail.stdout.setEncoding('utf8').on('data', read);

  const start = async (): Promise<void> => {
    const words: readonly string[] = [...(options.prefix ?? []), 'postfix', '-c', at('etc'), 'start-fg'];
    const started = spawn(words[0] ?? 'postfix', words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    child = started;
    const from = log.length;
    const said: string[] = [];
    for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!log.slice(from).some((line) => line.includes('daemon started'))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      started.once('error', reject);
      started.once('exit', () => reject(new Error(`postfix ended while starting: ${[...said, ...log.slice(from)].slice(-12).join(' | ')}`)));
    });
  };
  await start();
  return {
    port, folder, log, logged, start,
    queue: () =>
      execFileSync('postqueue', ['-c', at('etc'), '-j'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as QueuedMail),
    flush: () => void execFileSync('postqueue', ['-c', at('etc'), '-f']),
    kill: () => ended('SIGKILL'),
    async stop() {
      await ended('SIGTERM');
      tail.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
