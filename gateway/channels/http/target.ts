/** Reads a request target strictly: origin form, its path and query, and every way another server might read that path. */
import { remembered } from './remembered.js';

/** Targets and hosts that are read once while they are asked for again. */
const TARGETS_MOST = 512;
const HOSTS_MOST = 256;
/** Rounds of percent-decoding that servers behind us might do; a path that still changes after them is refused. */
const DECODING_ROUNDS = 3;

export interface Target {
  /** What goes on: `/path?query`. */
  readonly origin: string;
  readonly path: string;
  readonly query: string | undefined;
  /** Authority of an absolute-form target, which outranks the Host field. */
  readonly authority: string | undefined;
  /** The path as written and as lenient servers would read it; routes must agree on all of them. */
  readonly readings: readonly string[];
}

/** `undefined`: not a target we can route without guessing. */
export const parseTarget = remembered(TARGETS_MOST, parsed);

function parsed(written: string): Target | undefined {
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(written);
  const rest = absolute === null ? written : (absolute[2] ?? '');
  const origin = absolute !== null && !rest.startsWith('/') ? `/${rest}` : rest;
  if (!origin.startsWith('/') || origin.includes('#')) return undefined;
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  const readings = readingsOf(path);
  if (readings === undefined) return undefined;
  return { origin, path, query: mark < 0 ? undefined : origin.slice(mark + 1), authority: absolute?.[1], readings };
}

/** Dot segments, however disguised, have no reading that is safe behind a path prefix. */
function readingsOf(path: string): readonly string[] | undefined {
  const readings = new Set<string>([path]);
  let current = path;
  for (let round = 0; round <= DECODING_ROUNDS; round += 1) {
    if (/[\0\r\n]/.test(current)) return undefined;
    const lenient = current.replaceAll('\\', '/').replace(/;[^/]*/g, '');
    if (lenient.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
    readings.add(current).add(lenient).add(lenient.replace(/\/{2,}/g, '/'));
    const decoded = current.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === current) return [...readings];
    current = decoded;
  }
  return undefined;
}

/** Percent-decoded for reading; what does not decode stays as written. */
export function decodeSafely(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      // Not UTF-8: GB18030 is the other charset that names are escaped in here, and it decodes any bytes.
      return new TextDecoder('gb18030').decode(Buffer.from(escaped.replaceAll('%', ''), 'hex'));
    }
  });
}

/** Host without port, lower case, or `undefined` where it is not a host. '' when the field was empty. */
export const hostOf = remembered(HOSTS_MOST, hostIn);

function hostIn(authority: string): string | undefined {
  if (authority === '') return '';
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(authority);
  return parts?.[1]?.toLowerCase().replace(/\.$/, '');
}
