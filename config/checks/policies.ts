/** Rules that cannot do what their author meant. */
import { parseRange } from '../../gateway/policy/cidr.js';
import { absentChannel } from '../issues.js';
import { doubtful, wrong, type Complaint, type Path } from '../problem.js';
import { conditionsIn, group, list, routesOf, rulesOf, text, texts, type Group } from './raw.js';

/** Names that verdicts use for what no rule decided. */
const RESERVED = ['default', 'permit'];

function checkFacts(facts: Group, path: Path): Complaint[] {
  const found: Complaint[] = [];
  texts(facts.client).forEach((range, index) => {
    const at = [...path, 'client', ...(Array.isArray(facts.client) ? [index] : [])];
    if (range !== 'unknown' && parseRange(range) === undefined) found.push(wrong(at, 'must be an address, a CIDR range, or "unknown"'));
  });
  list(facts.channel).forEach((name, index) => {
    const problem = absentChannel(name);
    if (problem !== undefined) found.push(wrong([...path, 'channel', index], problem));
  });
  return found;
}

/** A plain `found` with nothing beside it: its keys, else undefined. */
function plainSelector(rule: Group): Group | undefined {
  const when = group(rule.when);
  return Object.keys(when).length === 1 && typeof when.found === 'object' && when.found !== null ? group(when.found) : undefined;
}

/** Every finding that `later` selects is one that `earlier` has already decided. */
function shadows(earlier: Group, later: Group): boolean {
  const least = (selector: Group): number => (typeof selector.confidence === 'number' ? selector.confidence : 0.7);
  if (typeof earlier.distinct === 'number' && earlier.distinct > 1) return false;
  if (least(earlier) > least(later)) return false;
  if (texts(earlier.exceptTags).some((tag) => !texts(later.exceptTags).includes(tag))) return false;
  if (earlier.where !== undefined && earlier.where !== 'any' && earlier.where !== later.where) return false;
  if (earlier.grade !== undefined) return false;
  return earlier.of === undefined || (later.of !== undefined && texts(later.of).every((id) => texts(earlier.of).includes(id)));
}

function checkOrder(rules: readonly { readonly rule: Group; readonly path: Path }[]): Complaint[] {
  const found: Complaint[] = [];
  for (const [index, { rule, path }] of rules.entries()) {
    const selector = plainSelector(rule);
    const before = rules.slice(0, index).find(({ rule: earlier }) => {
      if (earlier.monitor === true) return false;
      if (earlier.when === undefined) return true;
      const other = plainSelector(earlier);
      return selector !== undefined && other !== undefined && shadows(other, selector);
    });
    if (before !== undefined) found.push(doubtful([...path, 'id'], `never decides anything: rule "${text(before.rule.id) ?? '?'}" above it already covers all it could; put the narrower rule first`, 'rules: [{ id: narrow, … }, { id: wide, … }]'));
  }
  return found;
}

export function checkPolicies(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const rules = rulesOf(raw);
  const found: Complaint[] = [];
  for (const name of Object.keys(group(raw.policies))) {
    const mine = rules.filter(({ policy }) => policy === name);
    const ids = mine.map(({ rule }) => text(rule.id));
    mine.forEach(({ path }, index) => {
      const id = ids[index];
      if (id === undefined) return;
      if (RESERVED.includes(id)) found.push(wrong([...path, 'id'], `the name "${id}" is taken: verdicts use it where no rule decided`, `id: my-${id}`));
      if (ids.indexOf(id) !== index) found.push(wrong([...path, 'id'], `another rule of this policy is called "${id}" too`, `id: ${id}-2`));
    });
    found.push(...checkOrder(mine));
    const policy = group(group(raw.policies)[name]);
    if (list(policy.rules).length === 0 && Array.isArray(policy.rules) && policy.unscannable === 'pass') found.push(doubtful(['policies', name], 'lets everything pass', 'unscannable: hold'));
  }
  for (const { rule, path } of rules) {
    for (const { condition, path: at } of conditionsIn(rule.when, [...path, 'when'])) found.push(...checkFacts(group(condition.facts), [...at, 'facts']));
    if (rule.otherwise !== undefined && rule.action !== 'mask') found.push(doubtful([...path, 'otherwise'], 'has no effect: only a rule that masks has an "otherwise"', 'action: mask'));
  }
  for (const { route, path } of routesOf(raw)) {
    const chunked = route.upload === 'webdav-chunks';
    if (route.syncClient !== true && !chunked) continue;
    const masking = rules.filter(({ policy, rule }) => policy === route.policy && rule.action === 'mask').map(({ rule }) => text(rule.id) ?? '?');
    if (masking.length > 0) found.push(doubtful([...path, chunked ? 'upload' : 'syncClient'], `on this route these rules block instead of masking, since the client would download the mask over the original: ${masking.join(', ')}`, chunked ? 'action: block' : 'syncClient: false'));
  }
  return found;
}
