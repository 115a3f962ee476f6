/** Turns what a person asks of the queue into what the ledger takes: addresses become marks, words are split, and the audit is told what may be written down. */
import { MARK, type MarkAddress } from '../address-mark.js';
import { WAITING_STATES, type Caller, type QueueFilter, type Scope, type ScopeMarks } from '../ports.js';
import { ApiProblem } from './problem.js';
import { TERM } from './queue-facts.js';
import type { AskedFilter } from './queue-schemas.js';
import { wordsWanted } from './queue-words.js';

const INCIDENT = /^w[0-9A-Za-z_-]{26}$/;
/** Asked for in place of an account's id. */
const ME = 'me';
const NOBODY = 'nobody';

export function ledgerFilter(asked: AskedFilter, caller: Pick<Caller, 'accountId'>, mark: MarkAddress): QueueFilter {
  const isIncident = asked.text !== undefined && INCIDENT.test(asked.text);
  const words = asked.text === undefined || isIncident ? [] : wordsWanted(asked.text);
  return {
    states: asked.state,
    routes: asked.route,
    channels: asked.channel,
    severities: asked.severity,
    assignee: assigneeOf(asked.assignee, caller),
    id: isIncident ? asked.text : undefined,
    from: asked.from === undefined ? undefined : new Date(asked.from),
    to: asked.to === undefined ? undefined : new Date(asked.to),
    group: asked.group,
    terms: [
      ...(asked.sender === undefined ? [] : [addressTerms(TERM.sender, asked.sender, mark)]),
      ...(asked.recipient === undefined ? [] : [addressTerms(TERM.recipient, asked.recipient, mark)]),
      ...(asked.destination === undefined ? [] : [[TERM.destination + asked.destination.toLowerCase()]]),
      ...(asked.detector === undefined ? [] : [asked.detector.map((detector) => TERM.detector + detector)]),
      ...(asked.grade === undefined ? [] : [asked.grade.map((grade) => TERM.grade + grade)]),
      ...words.map((word) => [TERM.word + word]),
      // Text without a single word in it finds nothing, rather than everything.
      ...(asked.text !== undefined && !isIncident && words.length === 0 ? [[TERM.word]] : []),
    ],
  };
}

function assigneeOf(asked: string | undefined, { accountId }: Pick<Caller, 'accountId'>): string | null | undefined {
  if (asked === NOBODY) return null;
  if (asked !== ME) return asked;
  if (accountId === undefined) throw new ApiProblem('forbidden');
  return accountId;
}

/** A mark as it is; an address or `@domain` by its mark; a bare name as an account's name or a domain. */
function addressTerms(kind: string, asked: string, mark: MarkAddress): readonly string[] {
  if (MARK.test(asked)) return [kind + asked];
  const own = kind + mark(asked).whole;
  return asked.includes('@') ? [own] : [own, kind + mark(`@${asked}`).whole];
}

export function scopeMarks(scope: Scope | undefined, mark: MarkAddress): ScopeMarks | undefined {
  return scope && { routes: scope.routes, departments: scope.departments, senders: scope.senders?.map((sender) => mark(sender).whole) };
}

/** What the audit keeps of a search: choices from lists as they are, of addresses and words only that they were asked for. */
export function searchNote(asked: AskedFilter): Readonly<Record<string, unknown>> {
  const { sender, recipient, destination, text, ...chosen } = asked;
  const named = Object.entries({ sender, recipient, destination, text }).filter(([, value]) => value !== undefined).map(([key]) => key);
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return { ...given, ...(named.length === 0 ? {} : { by: named }), ...(text !== undefined && INCIDENT.test(text) ? { incident: text } : {}) };
}

export function waits(state: string): boolean {
  return WAITING_STATES.some((one) => one === state);
}
