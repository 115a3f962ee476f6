/** Whose a mail domain is: of the own house, of a partner whose agreement is in force or has ended, of anybody. */
import type { DomainsConfig } from '../../config/schema.js';

export type Whose = 'inside' | 'partner' | 'partner-expired' | 'outside';
/** `at`: when the mail came, in milliseconds; without it no agreement is in force. */
export type WhoseIs = (address: string, at: number | undefined) => Whose;

/** RFC 1035; a longer one is nobody's that anybody has named. */
const DOMAIN_MOST = 253;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Lower case, as the name system spells it, without a dot at the end; empty where there is none. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase().replace(/\.$/, '');
  return address.includes('@') && domain.length <= DOMAIN_MOST ? spelled(domain) : '';
}

/** 例子.example and xn--fsqu00a.example are the same place. */
function spelled(domain: string): string {
  if (!/[^ -~]/.test(domain)) return domain;
  const url = `http://${domain}/`;
  return URL.canParse(url) ? new URL(url).hostname : domain;
}

/** The moment at which the day is over there. */
export function dayEnd(day: string, zone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
  // Clocks are changed at most once between the guess and the truth: looking twice is enough.
  const first = midnight - offsetAt(midnight, zone);
  return midnight - offsetAt(first, zone);
}

/** Milliseconds that the zone is ahead of UTC. */
function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

interface Names {
  readonly exact: Map<string, number>;
  /** Of `*.corp.example`: `corp.example`. */
  readonly below: Map<string, number>;
}

/** Keeps of each name the largest number given for it. */
function names(entries: readonly { readonly pattern: string; readonly value: number }[]): Names {
  const found: Names = { exact: new Map(), below: new Map() };
  for (const { pattern, value } of entries) {
    const isBelow = pattern.startsWith('*.');
    const name = spelled((isBelow ? pattern.slice(2) : pattern).toLowerCase());
    const map = isBelow ? found.below : found.exact;
    map.set(name, Math.max(value, map.get(name) ?? -Infinity));
  }
  return found;
}

function valueIn({ exact, below }: Names, domain: string): number | undefined {
  let best = exact.get(domain);
  if (below.size === 0) return best;
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
    const value = below.get(domain.slice(dot + 1));
    if (value !== undefined) best = Math.max(value, best ?? -Infinity);
  }
  return best;
}

/** Of several agreements with one domain the longest counts. */
export function whoseIs({ own, partners, zone }: DomainsConfig): WhoseIs {
  const inside = names(own.map((pattern) => ({ pattern, value: 1 })));
  const agreed = names(partners.flatMap(({ domains, until }) => domains.map((pattern) => ({ pattern, value: dayEnd(until, zone) }))));
  return (address, at) => {
    const domain = domainOf(address);
    if (domain === '') return 'outside';
    if (valueIn(inside, domain) !== undefined) return 'inside';
    const end = valueIn(agreed, domain);
    if (end === undefined) return 'outside';
    return at !== undefined && at < end ? 'partner' : 'partner-expired';
  };
}
