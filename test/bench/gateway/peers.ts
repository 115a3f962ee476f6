/** What a user would take instead, started beside the gateway where it is installed: nginx, nginx with ModSecurity, and proxies written for Node. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../kit/free-port.js';
import { startChild, type Child } from './child.js';

export type TargetId = 'nginx' | 'modsec' | 'pipe' | 'undici' | 'express' | 'weir-node' | 'weir-fast';
export interface Target {
  readonly id: TargetId;
  readonly title: string;
  readonly pid: number;
  readonly port: number;
  /** Where the listener speaks TLS. */
  readonly ca: string | undefined;
  stop(): Promise<void>;
}
export interface Sinks {
  readonly plain: number;
  readonly tls: number;
}
export interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}
/** On which side TLS is spoken. */
export type Sides = 'none' | 'front' | 'behind' | 'both';

export const PEER_TITLES: Readonly<Record<TargetId, string>> = {
  nginx: 'nginx, no scanning',
  modsec: 'nginx + ModSecurity, 3 rules',
  pipe: 'node:http + http.request',
  undici: 'node:http + undici',
  express: 'express + http-proxy-middleware',
  'weir-node': 'Weir, frontend node',
  'weir-fast': 'Weir, frontend fast',
};

const MODULES = ['/usr/lib/nginx/modules/ngx_http_modsecurity_module.so', '/usr/lib64/nginx/modules/ngx_http_modsecurity_module.so', '/etc/nginx/modules/ngx_http_modsecurity_module.so'];
const MODULE = MODULES.find((file) => existsSync(file));
const hasNginx = ((): boolean => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export const INSTALL = 'apt-get install -y --no-install-recommends nginx-light libnginx-mod-http-modsecurity';
/** Peers that are not installed here. */
export const missingPeers = (): readonly TargetId[] => [...(hasNginx ? [] : (['nginx'] as const)), ...(hasNginx && MODULE !== undefined ? [] : (['modsec'] as const))];

/** A card check, the resident ID's shape and the mobile number's: what somebody who wants this of ModSecurity would write. */
const RULES = [
  'SecRuleEngine On', 'SecRequestBodyAccess On', 'SecResponseBodyAccess Off', 'SecRequestBodyLimit 67108864', 'SecRequestBodyNoFilesLimit 67108864', 'SecRequestBodyLimitAction Reject', 'SecAuditEngine Off', 'SecDebugLogLevel 0',
  String.raw`SecRule REQUEST_BODY "@verifyCC (?<!\d)(?:\d[ -]?){12,18}\d(?!\d)" "id:900001,phase:2,deny,status:403,t:none,nolog"`,
  String.raw`SecRule REQUEST_BODY "@rx (?<!\d)[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)" "id:900002,phase:2,deny,status:403,t:none,nolog"`,
  String.raw`SecRule REQUEST_BODY "@rx (?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)" "id:900003,phase:2,deny,status:403,t:none,nolog"`,
];

interface NginxAsked {
  readonly folder: string;
  readonly port: number;
  readonly sinks: Sinks;
  readonly rules: boolean;
  readonly sides: Sides;
  readonly pair: Pair;
  readonly h2: boolean;
}
function nginxConfiguration({ folder, port, sinks, rules, sides, pair, h2 }: NginxAsked): string {
  const behind = sides === 'behind' || sides === 'both';
  const front = sides === 'front' || sides === 'both';
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit;
${rules ? `load_module ${MODULE ?? ''};` : ''}
events { worker_connections 2048; }
http {
  access_log off; client_max_body_size 64m; keepalive_requests 1000000000; tcp_nodelay on;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  client_body_buffer_size ${rules ? '32m' : '64k'}; proxy_request_buffering ${rules ? 'on' : 'off'};
  upstream sink { server 127.0.0.1:${String(behind ? sinks.tls : sinks.plain)}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${String(port)}${front ? ` ssl${h2 ? ' http2' : ''}` : ''};
    ${front ? `ssl_certificate ${pair.cert}; ssl_certificate_key ${pair.key}; ssl_protocols TLSv1.2 TLSv1.3;` : ''}
    ${rules ? `modsecurity on; modsecurity_rules_file ${folder}/rules.conf;` : ''}
    location / {
      proxy_pass ${behind ? 'https' : 'http'}://sink; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      ${behind ? `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${pair.ca}; proxy_ssl_name localhost; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2 TLSv1.3;` : ''}
    }
  }
}
`;
}

/** Throws where it does not come up; `folder` is its own. */
export async function startPeer(id: Exclude<TargetId, 'weir-node' | 'weir-fast'>, folder: string, sinks: Sinks, pair: Pair, sides: Sides = 'none', h2 = false): Promise<Target> {
  const port = await freePort();
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const target = (child: Child): Target => ({ id, title: PEER_TITLES[id], pid: child.pid, port, ca: sides === 'front' || sides === 'both' ? pair.ca : undefined, stop: () => child.stop() });
  const sink = `http://127.0.0.1:${String(sinks.plain)}`;
  switch (id) {
    case 'nginx':
    case 'modsec': {
      const own = join(folder, `${id}-${sides}${h2 ? '-h2' : ''}`);
      mkdirSync(own);
      // Its worker runs as another user.
      chmodSync(own, 0o777);
      const rules = id === 'modsec';
      if (rules) writeFileSync(join(own, 'rules.conf'), `${[...RULES, `SecTmpDir ${own}`, `SecDataDir ${own}`].join('\n')}\n`);
      writeFileSync(join(own, 'nginx.conf'), nginxConfiguration({ folder: own, port, sinks, rules, sides, pair, h2 }));
      return target(await startChild(0, 'nginx', ['-c', join(own, 'nginx.conf'), '-p', own, '-e', join(own, 'error.log')], { port }));
    }
    case 'pipe':
    case 'undici':
      return target(await startChild(0, process.execPath, ['--import', 'tsx', here('node-peer.ts'), id, String(port), sink], { port }));
    case 'express':
      return target(await startChild(0, process.execPath, ['--import', 'tsx', here('../bare-proxy.ts'), String(port), sink], { port }));
  }
}
