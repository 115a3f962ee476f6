/** nginx as an upstream: it reads what the gateway sends in its own way, logs each request it saw, and hands it to an echo behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../kit/free-port.js';
import { until } from '../kit/patience.js';
import { tempFolder } from '../kit/temp.js';
import { echoUpstream, type EchoUpstream } from './echo-upstream.js';

export interface SeenByNginx {
  readonly target: string;
  readonly status: number;
}
export interface NginxUpstream {
  readonly url: string;
  readonly behind: EchoUpstream;
  /** One for each request that nginx began to read, whole or not. */
  seen(): readonly SeenByNginx[];
  /** What it said about its clients, other than that they left. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

const settings = (folder: string, port: number, behind: number): string => `
daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error info;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  client_max_body_size 0; client_body_buffer_size 1m; large_client_header_buffers 8 256k; keepalive_requests 1000000; keepalive_timeout 60s; merge_slashes off; ignore_invalid_headers off;
  log_format seen escape=json '{"target":"$request_uri","status":$status}';
  upstream echo { server 127.0.0.1:${behind}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    access_log ${folder}/seen seen;
    location / { proxy_pass http://echo; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_next_upstream off; }
  }
}
`;

export async function nginxUpstream(): Promise<NginxUpstream> {
  const behind = await echoUpstream();
  const port = await freePort();
  const folder = tempFolder('nginx');
  chmodSync(folder, 0o755);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, settings(folder, port, behind.port));
  const child = spawn('nginx', ['-c', file, '-p', folder, '-e', join(folder, 'error')], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const gone = once(child, 'exit');
  await until('nginx', () => {
    if (child.exitCode !== null) throw new Error(`nginx did not start:\n${said}`);
    return reachable(port);
  });
  const lines = (name: string): readonly string[] => readFileSync(join(folder, name), 'utf8').split('\n').filter((line) => line !== '');
  return {
    url: `http://127.0.0.1:${String(port)}`,
    behind,
    seen: () => lines('seen').map((line) => JSON.parse(line) as SeenByNginx),
    // How many fields it takes is a bound of its own, which differs between its builds.
    complaints: () => lines('error').filter((line) => /client sent|invalid/.test(line) && !line.includes('client sent too many header lines')),
    close: async () => {
      child.kill('SIGTERM');
      await gone;
      await behind.close();
    },
  };
}

async function reachable(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const open = await new Promise<boolean>((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)));
  socket.destroy();
  return open;
}
