/** What a policy may still come to, before the body is read: the weakest mode that can carry it out, and what to do on the way. */
import { UNSCANNABLE_REASONS, type Action, type Finding, type Mode, type UnscannableReason } from '../ports.js';
import { namedReasons, whereOf, type Bound } from './condition.js';
import { unruled, type Terms } from './decide.js';
import { covers, judge, type Item, type World } from './judge.js';
import { effect, stops, type BoundRule } from './rule.js';
import { openWorld } from './worlds.js';

export interface Foresight {
  readonly mode: Mode;
  masks(finding: Finding): boolean;
  aborts(reason: UnscannableReason): boolean;
}

/** Every action that an item may come to: rules that may cover it, in order, until one that surely does. */
function outcomes(rules: readonly BoundRule[], terms: Terms, world: World, item: Item): ReadonlySet<Action> {
  const found = new Set<Action>();
  for (const rule of rules) {
    const covering = covers(rule.when, world, item);
    if (covering === 'no') continue;
    const action = effect(rule, item, terms.syncClient);
    if (action !== undefined) found.add(action);
    if (covering === 'yes') return found;
  }
  return found.add(unruled(item, terms).action);
}

/** Whether a single finding tells by itself that this condition selects it, whatever else the body holds. */
function selectsBySingle(node: Bound, world: World, some: Item): boolean {
  if (judge(node, world, some).selects === 'no') return true;
  switch (node.kind) {
    case 'found':
      return node.distinct === 1 || world.found(node, some) === 'yes';
    case 'any':
      return node.of.every((child) => selectsBySingle(child, world, some));
    case 'all': {
      const selecting = node.of.filter((child) => judge(child, world, some).selects !== 'no');
      const open = node.of.filter((child) => judge(child, world, some).truth !== 'yes');
      if (!selecting.every((child) => selectsBySingle(child, world, some))) return false;
      // One open part that is also the only one that selects: the finding itself makes it true.
      return open.length === 0 || (open.length === 1 && selecting.length === 1 && open[0] === selecting[0]);
    }
    case 'unscannable':
    case 'settled':
      return true;
  }
}

/** Masks can be settled finding by finding: nothing up to the last rule that may mask needs the end of the body. */
function streamable(rules: readonly BoundRule[], terms: Terms, world: World, some: Item): boolean {
  const last = rules.findLastIndex((rule) => effect(rule, some, terms.syncClient) === 'mask' && covers(rule.when, world, some) !== 'no');
  for (const rule of rules.slice(0, last + 1)) {
    const { neutral } = judge(rule.when, world, some);
    if (neutral === 'yes') return true;
    if (neutral === 'maybe' || !selectsBySingle(rule.when, world, some)) return false;
  }
  return true;
}

/** A reason met midway stops the exchange when its own answer does, or when a rule that stops waits for it. */
function abortsOn(reason: UnscannableReason, rules: readonly BoundRule[], terms: Terms, world: World): boolean {
  const item: Item = { kind: 'unscannable', reason };
  if ([...outcomes(rules, terms, world, item)].some(stops)) return true;
  return rules.some((rule) => {
    const stopping = rule.action === 'mask' ? terms.syncClient || rule.otherwise !== 'pass' : rule.action !== 'pass';
    return stopping && namedReasons(rule.when).includes(reason) && judge(rule.when, world, item).truth !== 'no';
  });
}

export function foresee(terms: Terms): Foresight {
  if (terms.monitor) return { mode: 'watch', masks: () => false, aborts: () => false };
  const { sniffed, head } = terms;
  const rules = terms.rules.filter((rule) => !rule.monitor);
  const visible = openWorld(head, sniffed, false);
  const whole = openWorld(head, sniffed, true);
  const some: Item = { kind: 'some', maskable: sniffed.maskable };

  const aborts = (reason: UnscannableReason): boolean => abortsOn(reason, rules, terms, whole);
  const masks = (finding: Finding): boolean => {
    const item: Item = { kind: 'finding', finding: { ...finding, where: whereOf(finding) }, maskable: finding.maskable && sniffed.maskable };
    for (const rule of rules) {
      const covering = covers(rule.when, whole, item);
      if (covering === 'no') continue;
      if (effect(rule, item, terms.syncClient) === 'mask') return true;
      if (covering === 'yes') return false;
    }
    return false;
  };
  const modeFor = (): Mode => {
    const items: Item[] = [
      { kind: 'exchange' },
      some,
      ...head.classes.map((one): Item => ({ kind: 'finding', finding: one, maskable: one.maskable && sniffed.maskable })),
      ...[...head.unscannable, ...sniffed.unscannable].map((one): Item => ({ kind: 'unscannable', reason: one.reason })),
    ];
    const reachable = new Set(items.flatMap((item) => [...outcomes(rules, terms, visible, item)]));
    if (reachable.has('hold') || reachable.has('block')) return 'hold';
    // A mask that waits for such a reason would come too late for what has left.
    const mayMask = reachable.has('mask') || outcomes(rules, terms, whole, some).has('mask');
    const mayAbort = UNSCANNABLE_REASONS.some(aborts);
    // What a container hides shows only when it is open, too late for a stream to turn back.
    if (sniffed.container && (mayMask || mayAbort)) return 'hold';
    if (mayMask) return streamable(rules, terms, whole, some) ? 'stream' : 'hold';
    // Only a stream can be aborted: a watched body is out at once.
    return mayAbort ? 'stream' : 'watch';
  };
  return { mode: modeFor(), masks, aborts };
}
