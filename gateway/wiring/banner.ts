/** What a person sees when Weir has started: where it listens, what its routes do, what to type first. */
import { resolve } from 'node:path';
import { httpRoutes } from '../../config/routes.js';
import type { Config, Route } from '../../config/schema.js';
import type { MailPort } from './smtp-listeners.js';

export interface BannerFacts {
  readonly version: string;
  readonly config: Config;
  readonly configFile: string;
  readonly dataDir: string;
  readonly dataUrl: string;
  /** Where mail comes in. */
  readonly mailPorts?: readonly MailPort[] | undefined;
  readonly adminUrl: string;
  readonly tokenPath: string;
  readonly databaseKind: 'embedded' | 'external';
  readonly notes: readonly string[];
  /** While there is no system administrator. */
  readonly firstRunLink?: string | undefined;
}

/** The example in GB 11643 itself, and two of its making with other order codes; a published test card. None belongs to anyone. */
const SAMPLE_IDS = ['11010519491231002X', '440524188001010014', '810000199408230021'];
const SAMPLE_PHONE = '13800138000';

/** Of a mail route's next hops; more make no line. */
const HOSTS_SHOWN = 3;

function routeLine(route: Route): string {
  if (route.channel === 'smtp') {
    const to = route.upstream === 'demo' ? 'demo sink' : [...new Set(route.upstream.hops.flatMap(({ hosts }) => hosts))].slice(0, HOSTS_SHOWN).join(', ');
    return `  ${route.id.padEnd(12)} → ${to}  (mail, policy ${route.policy}${route.monitor ? ', monitor' : ''})`;
  }
  const to = route.upstream === 'demo' ? 'demo sink' : route.upstream.url;
  const what = route.scan ? `policy ${route.policy ?? '-'}` : 'unscanned';
  return `  ${route.match.path.padEnd(12)} → ${to}  (${what}${route.monitor ? ', monitor' : ''})`;
}

/** What the `weir` command takes for granted when nobody says otherwise. */
const COMMAND_DEFAULTS = { adminUrl: 'http://127.0.0.1:8081', dataDir: 'data' };

/** A command that can be typed as it stands: another data folder or admin address than the usual is in it. */
function command({ adminUrl, dataDir }: BannerFacts, words: string): string {
  const where = dataDir === resolve(COMMAND_DEFAULTS.dataDir) ? '' : `WEIR_DATA='${dataDir.replaceAll("'", "'\\''")}' `;
  return `          ${where}npx weir ${words}${adminUrl === COMMAND_DEFAULTS.adminUrl ? '' : ` --url ${adminUrl}`}`;
}

/** One line to try per route of the demonstration: a mask, a block, a hold. */
function tryLines(facts: BannerFacts): string[] {
  const { config, dataUrl, adminUrl } = facts;
  const demo = httpRoutes(config).filter((route) => route.upstream === 'demo');
  const at = (id: string): string | undefined => demo.find((route) => route.id === id)?.match.path;
  const json = "-H 'Content-Type: application/json'";
  const lines: string[] = [];
  const upload = at('upload');
  const mail = at('mail');
  const share = at('share');
  if (upload !== undefined) lines.push('  mask:   ' + `curl -i ${dataUrl}${upload} ${json} -d '{"phone":"${SAMPLE_PHONE}","id":"${SAMPLE_IDS[0] ?? ''}"}'`);
  if (mail !== undefined) lines.push('  block:  ' + `curl -i ${dataUrl}${mail} ${json} -d '{"text":"${SAMPLE_IDS.join(', ')}"}'`);
  if (share !== undefined) lines.push('  hold:   ' + `curl -i ${dataUrl}${share} ${json} -d '{"id":"${SAMPLE_IDS[0] ?? ''}"}'`);
  if (lines.length === 0) return [];
  return ['', 'Try it:', ...lines, ...mailLine(facts), `  then look at ${adminUrl}/demo, and release what is held:`, command(facts, 'held list'), command(facts, "held release INCIDENT --as original --reason 'checked with the sender'")];
}

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
const mailUrl = ({ host, port, tls }: MailPort): string => `${tls === 'implicit' ? 'smtps' : 'smtp'}://${hostOf(host)}:${port}`;

/** To the demonstration only: a real next hop would deliver it. */
function mailLine({ config, mailPorts = [] }: BannerFacts): string[] {
  const open = mailPorts.find(({ tls }) => tls === 'none' || tls === 'optional');
  const isDemo = config.demo && config.routes.some((route) => route.channel === 'smtp' && route.upstream === 'demo');
  if (open === undefined || !isDemo) return [];
  return ['  by mail: ' + `swaks --server ${hostOf(open.host)}:${open.port} --from a@corp.example --to b@partner.example --body 'ID ${SAMPLE_IDS[0] ?? ''}'`];
}

export function banner(facts: BannerFacts): string {
  const { config } = facts;
  const lines = [
    '',
    `Weir 堰 ${facts.version}`,
    '',
    `  traffic     ${facts.dataUrl}`,
    ...(facts.mailPorts ?? []).map((one) => `  mail        ${mailUrl(one)}   (listener ${one.id})`),
    `  admin       ${facts.adminUrl}   (API /api/v1, metrics /metrics, health /readyz)`,
    `  token       ${facts.tokenPath}`,
    `  data        ${facts.dataDir}   (${facts.databaseKind} PostgreSQL)`,
    `  config      ${facts.configFile}`,
    ...(facts.firstRunLink === undefined ? [] : ['', 'First administrator: open this link once (72 hours, a new one at every start) and choose a password:', `  ${facts.firstRunLink}`]),
    '',
    'Routes:',
    ...config.routes.map(routeLine),
    ...(config.demo ? tryLines(facts) : []),
  ];
  const warnings = [
    ...(config.demo ? ['Demo: the demo sink takes the place of real destinations. Set demo: false for real traffic.'] : []),
    ...(config.monitor ? ['Monitor mode: nothing is stopped or changed; see /api/v1/monitor-report.'] : []),
    ...facts.notes,
  ];
  return [...lines, ...(warnings.length > 0 ? ['', ...warnings.map((line) => `! ${line}`)] : []), '', 'Ctrl-C stops it.', ''].join('\n');
}
