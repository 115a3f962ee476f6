/** The running policy in the API: what is in force, what was, and whether a changed file would be taken. Changing it is done in the file. */
import type { Config, Route } from '../../config/schema.js';
import type { ActiveBypass, PolicyRevision, PolicyRevisionsLedger, PolicyRun } from '../ports.js';
import { away } from './away.js';
import { hasNumberShape } from './number-shape.js';
import { operation, type Operation } from './operation.js';
import { policyAnswer, revisionAnswer, revisionParams, revisionsAnswer, validateAnswer, validateBody, type PolicyAnswer, type ValidateAnswer } from './policy-schemas.js';
import { conditionWords } from './policy-words.js';
import { ApiProblem } from './problem.js';
import { noBody, noParams, noQuery } from './schemas.js';

const DAY_MS = 86_400_000;
/** As JSON a file can double. */
const VALIDATE_BODY_MOST = 600 * 1024;

export interface RunningPolicy {
  readonly revision: string;
  readonly digest: string;
  readonly since: Date;
  /** Without credentials. */
  readonly yaml: string;
  readonly settings: Pick<Config, 'policies' | 'grades' | 'monitor' | 'routes'>;
}
export interface PolicyPorts {
  readonly running: () => RunningPolicy;
  readonly revisions: PolicyRevisionsLedger;
  readonly inForce: () => readonly ActiveBypass[];
  readonly validate: (yaml: string) => ValidateAnswer;
}

export function policyOperations({ running, revisions, inForce, validate }: PolicyPorts): readonly Operation[] {
  return [
    operation({
      id: 'getPolicy', method: 'get', right: 'policy.read', path: '/policy',
      summary: 'The policies in force: the file without credentials, its revision, and its rules as data and in words.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: policyAnswer, problems: [],
      run: () => Promise.resolve(policyView(running(), inForce())),
    }),
    operation({
      id: 'listPolicyRevisions', method: 'get', right: 'policy.read', path: '/policy/revisions',
      summary: 'Revisions that have run, newest first.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: revisionsAnswer, problems: ['ledger-unavailable'],
      run: async () => ({ revisions: (await away(() => revisions.list())).map((one) => summary(one, running().revision)) }),
    }),
    operation({
      id: 'getPolicyRevision', method: 'get', right: 'policy.read', path: '/policy/revisions/{revision}',
      summary: 'One revision: its file without credentials, and when which node took it up.',
      params: revisionParams, query: noQuery, body: noBody, status: 200, answer: revisionAnswer, problems: ['not-found', 'ledger-unavailable'],
      async run({ params }) {
        const one = await away(() => revisions.get(params.revision));
        if (one === undefined) throw new ApiProblem('not-found');
        return { ...summary(one, running().revision), yaml: one.yaml, runs: one.runs.map(runView) };
      },
    }),
    operation({
      id: 'validatePolicy', method: 'post', right: 'policy.read', path: '/policy/validate', bodyMost: VALIDATE_BODY_MOST,
      summary: 'Check a configuration file as a start or a reload would, with every problem at once. Nothing is changed or kept.',
      params: noParams, query: noQuery, body: validateBody, status: 200, answer: validateAnswer, problems: [],
      run({ body }) {
        const { problems, warnings, ...result } = validate(body.yaml);
        return Promise.resolve({ ...result, problems: problems.map(withoutNumbers), warnings: warnings.map(withoutNumbers) });
      },
    }),
  ];
}

/** Problems name keys and values of the file; one that may be somebody's number is not said back. */
function withoutNumbers({ path, problem, example, ...place }: ValidateAnswer['problems'][number]): ValidateAnswer['problems'][number] {
  const plain = (text: string): string => (hasNumberShape(text) ? text.replace(/\p{Nd}/gu, '*') : text);
  return { ...place, path: plain(path), problem: plain(problem), example: plain(example) };
}

const runView = ({ at, how, node, version }: PolicyRun) => ({ at: at.toISOString(), how, node, version });
const summary = ({ revision, digest, firstAt, lastRun }: PolicyRevision, running: string) => ({
  revision, digest, firstAt: firstAt.toISOString(), lastRun: lastRun === undefined ? undefined : runView(lastRun), running: revision === running,
});
const days = (milliseconds: number): number => Math.round((milliseconds / DAY_MS) * 1_000) / 1_000;
export const daysByGrade = (grades: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(grades).flatMap(([grade, kept]) => (kept === undefined ? [] : [[grade, days(kept)]])));

const isScanned = (route: Route): boolean => route.channel === 'smtp' || route.scan;

/** A mail route has listeners in place of a path. */
function routeView(route: Route) {
  const { id, policy, monitor } = route;
  if (route.channel === 'smtp') return { id, path: `smtp:${route.match.listener?.join(',') ?? '*'}`, policy, scan: true, monitor, syncClient: false };
  return { id, path: route.match.path, policy, scan: route.scan, monitor, syncClient: route.syncClient || route.upload === 'webdav-chunks' };
}

function policyView({ revision, digest, since, yaml, settings }: RunningPolicy, bypassed: readonly ActiveBypass[]): PolicyAnswer {
  const until = new Map(bypassed.map(({ route, endsAt }) => [route, new Date(endsAt).toISOString()]));
  return {
    revision, digest, since: since.toISOString(), yaml,
    monitor: settings.monitor,
    grades: Object.fromEntries(Object.entries(settings.grades).map(([grade, ids]) => [grade, [...ids]])),
    policies: Object.entries(settings.policies).map(([name, policy]) => ({
      name,
      routes: settings.routes.filter((route) => isScanned(route) && route.policy === name).map(({ id }) => id),
      unscannable: policy.unscannable,
      retentionDays: days(policy.retention),
      retentionByGradeDays: daysByGrade(policy.retentionByGrade),
      rules: policy.rules.map(({ id, describe, action, otherwise, severity, notify, fourEyes, monitor, when }) => ({
        id, describe, action, otherwise: action === 'mask' ? otherwise : undefined, severity, notify, fourEyes, monitor, when, whenText: conditionWords(when),
      })),
    })),
    routes: settings.routes.map((route) => ({ ...routeView(route), bypassedUntil: until.get(route.id) })),
  };
}
