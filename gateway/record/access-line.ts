/** One exchange as a line of the access log; what is the same as in the line before is not written out anew. */
import type { Outcome } from '../ports.js';

/** Parts named in a line; the audit has the whole receipt of what was not a clean pass. */
const PARTS_SHOWN = 20;

/** What exchanges share, in the order in which a line has it. */
const SHARED = ['channel', 'route', 'direction', 'mode', 'action', 'rule', 'policy', 'status', 'error'] as const;

type Part = NonNullable<Outcome['receipt']>['parts'][number];

const partOf = ({ part, chain, scanned, unscanned, reason }: Part): unknown => [part, chain.join('/'), scanned, unscanned, reason];

/** Makes lines of outcomes; `oneOf` is said where it is more than one. */
export function accessLines(): (outcome: Outcome, at: number, oneOf: number) => string {
  let like: Outcome | undefined;
  let shared = '';
  let timeAt = -1;
  let time = '';

  const sharedOf = (outcome: Outcome): string => {
    if (like !== undefined && outcome.receipt?.detectors === like.receipt?.detectors && SHARED.every((name) => outcome[name] === like?.[name])) return shared;
    const { channel, route, direction, mode, action, rule, policy, status, error, receipt } = outcome;
    like = outcome;
    shared = JSON.stringify({ channel, route, direction, mode, action, rule, policy, detectors: receipt?.detectors, status, error }).slice(1, -1);
    return shared;
  };
  const timeOf = (at: number): string => {
    if (at !== timeAt) time = new Date(at).toISOString();
    timeAt = at;
    return time;
  };
  const only = onlyPart();

  return (outcome, at, oneOf) => {
    const { receipt, findingCounts } = outcome;
    let line = `{"at":"${timeOf(at)}","id":${JSON.stringify(outcome.id)},${sharedOf(outcome)},"bytes":${outcome.bytes}`;
    if (receipt !== undefined) {
      line += `,"scanned":${receipt.scanned},"unscanned":${receipt.unscanned}`;
      if (receipt.inside !== undefined) line += `,"inside":[${receipt.inside.scanned},${receipt.inside.unscanned}]`;
      line += `,"parts":${only(receipt.parts) ?? JSON.stringify(receipt.parts.slice(0, PARTS_SHOWN).map(partOf))}`;
    }
    line += `,"findings":${JSON.stringify(findingCounts)},"ms":${Math.round(outcome.durationSeconds * 1_000)}`;
    return oneOf > 1 ? `${line},"oneOf":${oneOf}}` : `${line}}`;
  };
}

/** Most bodies are one part that was read. */
function onlyPart(): (parts: readonly Part[]) => string | undefined {
  let name = '';
  let chain = '';
  let named = '["",""';
  return (parts) => {
    const [part] = parts;
    if (part === undefined || parts.length > 1 || part.reason !== undefined) return undefined;
    const path = part.chain.length === 0 ? '' : part.chain.length === 1 ? (part.chain[0] ?? '') : part.chain.join('/');
    if (part.part !== name || path !== chain) {
      name = part.part;
      chain = path;
      named = JSON.stringify([name, chain]).slice(0, -1);
    }
    return `[${named},${part.scanned},${part.unscanned},null]]`;
  };
}
