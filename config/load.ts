/** Loads a configuration file: either a whole, checked configuration, or every problem it has at once. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkAlerts } from './checks/alerts.js';
import { checkDetectors, type DetectorChecks } from './checks/detectors.js';
import { checkKeeping } from './checks/keeping.js';
import { checkListeners } from './checks/listeners.js';
import { checkMail } from './checks/mail.js';
import { checkMailListeners } from './checks/mail-listeners.js';
import { checkMailRoutes } from './checks/mail-routes.js';
import { checkMetricsListeners } from './checks/metrics.js';
import { checkPolicies } from './checks/policies.js';
import { checkRoutes } from './checks/routes.js';
import { checkVault } from './checks/vault.js';
import { resolveFiles } from './files.js';
import { complaintsOf } from './issues.js';
import { pathText, type Complaint, type Problem } from './problem.js';
import { rightExample } from './right-examples.js';
import { configSchema, type Config } from './schema.js';
import { MAX_CONFIG_BYTES, readYaml, type YamlSource } from './yaml-source.js';

export type { Problem } from './problem.js';
export type { DetectorChecks } from './checks/detectors.js';

interface Loaded {
  readonly ok: true;
  readonly file: string;
  /** First 12 hex digits of the SHA-256 of the file. */
  readonly revision: string;
  readonly config: Config;
  readonly warnings: readonly Problem[];
}
interface Refused {
  readonly ok: false;
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}
export type LoadResult = Loaded | Refused;

/** More than a person mends at once; a file made of mistakes must not hold up the gateway that is asked to check it. */
export const PROBLEMS_MOST = 500;

const BUILT_IN: DetectorChecks = { detectors: ['cn.resident-id', 'bank-card', 'cn.phone'], optional: ['bank-card.unchecked'] };

export function revisionOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

function located(complaints: readonly Complaint[], source: YamlSource): Problem[] {
  return complaints
    .map(({ path, problem, example, key }) => ({ path: pathText(path), ...source.placeOf(path, key), problem, example: example ?? rightExample(path) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Relative files in the configuration are looked up beside the file itself. */
export function loadConfig(file: string, env: Readonly<Record<string, string | undefined>>, checks: DetectorChecks = BUILT_IN): LoadResult {
  const full = resolve(file);
  let content: Uint8Array;
  try {
    // A device or a huge file must not be read to find out that it is too large.
    if (statSync(full).size > MAX_CONFIG_BYTES) return { ok: false, file: full, problems: [{ path: '', line: 1, column: 1, problem: 'the file is larger than 1 MiB', example: 'version: 1' }], warnings: [] };
    content = readFileSync(full);
  } catch (thrown) {
    const code = String((thrown as { readonly code?: unknown }).code);
    const problem = code === 'ENOENT' ? 'this file does not exist' : `this file cannot be read (${code})`;
    return { ok: false, file: full, problems: [{ path: '', line: 1, column: 1, problem, example: 'weir start --config /etc/weir/config.yaml' }], warnings: [] };
  }
  return checkContent(full, content, env, checks);
}

export function checkContent(file: string, content: Uint8Array, env: Readonly<Record<string, string | undefined>>, checks: DetectorChecks = BUILT_IN): LoadResult {
  const yaml = readYaml(content);
  if (!yaml.ok) return { ok: false, file, problems: yaml.problems, warnings: [] };
  const { source } = yaml;
  const raw = source.value;
  const parsed = configSchema.safeParse(raw);
  const complaints: Complaint[] = parsed.success ? [] : [...complaintsOf(parsed.error.issues.slice(0, PROBLEMS_MOST), raw, configSchema)];
  const told = new Set(complaints.map(({ path }) => pathText(path)));
  // What the schema has complained of needs no second complaint.
  complaints.push(...[checkListeners(raw), checkMetricsListeners(raw), checkRoutes(raw), checkDetectors(raw, checks), checkPolicies(raw), checkKeeping(raw), checkAlerts(raw), checkVault(raw), checkMailListeners(raw), checkMailRoutes(raw), checkMail(raw)].flat().filter(({ path }) => !told.has(pathText(path))));
  const resolved = parsed.success ? resolveFiles(parsed.data, dirname(file), env) : undefined;
  complaints.push(...(resolved?.complaints ?? []));
  const problems = located(complaints.filter(({ level }) => level === 'error').slice(0, PROBLEMS_MOST), source);
  const warnings = located(complaints.filter(({ level }) => level === 'warning').slice(0, PROBLEMS_MOST), source);
  if (resolved === undefined || problems.length > 0) return { ok: false, file, problems, warnings };
  return { ok: true, file, revision: revisionOf(content), config: resolved.config, warnings };
}

/** What `weir config check` prints, line by line. */
export function reportLines(result: LoadResult): readonly string[] {
  const line = (level: string, { path, line: at, column, problem, example }: Problem): string[] => [
    `${result.file}:${at}:${column}: ${level}: ${path === '' ? '' : `${path}: `}${problem}`,
    `    for example: ${example}`,
  ];
  const warnings = result.warnings.flatMap((one) => line('warning', one));
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  if (!result.ok) return [...result.problems.flatMap((one) => line('error', one)), ...warnings, `${count(result.problems.length, 'problem')}, ${count(result.warnings.length, 'warning')}: not usable`];
  const { routes, policies } = result.config;
  return [...warnings, `${result.file}: revision ${result.revision}, ${count(routes.length, 'route')}, ${count(Object.keys(policies).length, 'policy').replace(/policys$/, 'policies')}, ${count(result.warnings.length, 'warning')}: usable`];
}
