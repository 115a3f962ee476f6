/** Debian's rsyslogd on loopback for a test file: UDP, TCP and TLS, each line it understood written to a file as JSON. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestCertificates } from './external-postgres-tls.js';
import { freePort } from './free-port.js';
import { PATIENCE_MS } from './patience.js';

/** As rsyslog has parsed it. */
export interface SyslogLine {
  readonly raw: string;
  readonly pri: string;
  readonly at: string;
  readonly host: string;
  readonly app: string;
  readonly msgid: string;
  readonly data: string;
  readonly text: string;
  /** Which of its inputs it came by. */
  readonly by: string;
}
export interface SyslogReceiver {
  readonly udp: number;
  readonly tcp: number;
  readonly tls: number;
  /** Takes only clients with a certificate of the authority. */
  readonly tlsWithClient: number;
  /** Polls until that many lines stand in the file, for at most ten seconds. */
  lines(count: number): Promise<readonly SyslogLine[]>;
  start(): Promise<void>;
  kill(): Promise<void>;
}

const LOOK_MS = 20;
async function until(ready: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await ready()); await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    if (Date.now() > end) throw new Error(`rsyslogd: ${what} did not happen in time`);
  }
}
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.end());
  });

function settings(folder: string, { ca, serverCert, serverKey }: TestCertificates, ports: Pick<SyslogReceiver, 'udp' | 'tcp' | 'tls' | 'tlsWithClient'>): string {
  const property = (name: string, outname: string): string => `  property(outname="${outname}" name="${name}" format="jsonf"${name === 'timereported' ? ' dateFormat="rfc3339"' : ''})\n`;
  const fields = [['rawmsg', 'raw'], ['pri', 'pri'], ['timereported', 'at'], ['hostname', 'host'], ['app-name', 'app'], ['msgid', 'msgid'], ['structured-data', 'data'], ['msg', 'text'], ['inputname', 'by']] as const;
  const driver = (mode: 0 | 1, auth: string): string => `StreamDriver.Name="${mode === 1 ? 'gtls' : 'ptcp'}" StreamDriver.Mode="${String(mode)}"${mode === 1 ? ` StreamDriver.AuthMode="${auth}"` : ''}`;
  return [
    `global(workDirectory="${folder}" maxMessageSize="16k" defaultNetstreamDriverCAFile="${ca}" defaultNetstreamDriverCertFile="${serverCert}" defaultNetstreamDriverKeyFile="${serverKey}")`,
    'module(load="imudp")',
    'module(load="imtcp")',
    `template(name="lines" type="list" option.jsonf="on") {\n${fields.map(([name, outname]) => property(name, outname)).join('')}}`,
    `ruleset(name="all") { action(type="omfile" file="${join(folder, 'lines')}" template="lines" flushOnTXEnd="on" asyncWriting="off") }`,
    `input(type="imudp" address="127.0.0.1" port="${String(ports.udp)}" ruleset="all" name="udp")`,
    `input(type="imtcp" address="127.0.0.1" port="${String(ports.tcp)}" ruleset="all" name="tcp" ${driver(0, '')})`,
    `input(type="imtcp" address="127.0.0.1" port="${String(ports.tls)}" ruleset="all" name="tls" ${driver(1, 'anon')})`,
    `input(type="imtcp" address="127.0.0.1" port="${String(ports.tlsWithClient)}" ruleset="all" name="tls-client" ${driver(1, 'x509/certvalid')})`,
    '',
  ].join('\n');
}

/** The set-up of the tests installs rsyslog and rsyslog-gnutls; without them the suite fails. */
export async function syslogReceiver(folder: string, certificates: TestCertificates): Promise<SyslogReceiver> {
  const ports = { udp: await freePort(), tcp: await freePort(), tls: await freePort(), tlsWithClient: await freePort() };
  const file = join(folder, 'lines');
  writeFileSync(join(folder, 'rsyslog.conf'), settings(folder, certificates, ports));
  let child: ChildProcess | undefined;
  const read = (): readonly SyslogLine[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as SyslogLine) : []);
  const heard = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createSocket('udp4');
      // Nobody binds a port twice: as long as we can, rsyslogd has not.
      socket.on('error', () => resolve(true));
      socket.bind(ports.udp, '127.0.0.1', () => socket.close(() => resolve(false)));
    });
  return {
    ...ports,
    async lines(count) {
      await until(() => read().length >= count, `line ${String(count)}`);
      return read();
    },
    async start() {
      let said = '';
      const running = spawn('rsyslogd', ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid'), '-C'], { stdio: ['ignore', 'pipe', 'pipe'] });
      child = running;
      for (const stream of [running.stdout, running.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      await until(async () => {
        if (running.exitCode !== null) throw new Error(`rsyslogd ended while starting: ${said}`);
        for (const port of [ports.tcp, ports.tls, ports.tlsWithClient]) if (!(await listens(port))) return false;
        return await heard();
      }, 'listening');
    },
    async kill() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await gone;
    },
  };
}
