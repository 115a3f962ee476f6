/** Debian's rsyslogd on loopback for a test file: UDP, TCP and TLS, each line it understood written to a file as JSON. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestCertificates } from './external-postgres-tls.js';
import { freePort } from './free-port.js';
import { until } from './patience.js';

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
  /** Polls until that many lines stand in the file. */
  lines(count: number): Promise<readonly SyslogLine[]>;
  start(): Promise<void>;
  kill(): Promise<void>;
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
  // It writes in blocks: what stands behind the last line's end is not all of a line yet.
  const read = (): readonly SyslogLine[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line) as SyslogLine) : []);
  // Looked up, not tried: whoever binds the port to try it takes it from rsyslogd.
  const hears = (): boolean => readFileSync('/proc/net/udp', 'latin1').includes(`:${ports.udp.toString(16).toUpperCase().padStart(4, '0')} `);
  return {
    ...ports,
    async lines(count) {
      await until(`rsyslogd has written line ${String(count)}`, () => read().length >= count);
      return read();
    },
    async start() {
      let said = '';
      const running = spawn('rsyslogd', ['-n', '-f', join(folder, 'rsyslog.conf'), '-iNONE', '-C'], { stdio: ['ignore', 'pipe', 'pipe'] });
      child = running;
      for (const stream of [running.stdout, running.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      await until('rsyslogd listens', async () => {
        if (running.exitCode !== null) throw new Error(`rsyslogd ended while starting: ${said}`);
        for (const port of [ports.tcp, ports.tls, ports.tlsWithClient]) if (!(await listens(port))) return false;
        return hears();
      });
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
