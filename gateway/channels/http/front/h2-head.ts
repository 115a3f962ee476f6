/** The head of an HTTP/2 request, as the HTTP/1.1 request that it stands for; what two readers could take differently is said to be malformed. */
import { METHODS } from 'node:http';
import type { Field } from '../../../ports.js';

export interface H2Head {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
  /** Of the body, where it is declared. */
  readonly length: number | undefined;
}

const PSEUDO = [':method', ':scheme', ':authority', ':path'];
/** They belong to a connection, which is not what a stream is (RFC 9113, 8.2.2). */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings']);
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
const TARGET = /^(?:\/[\x21-\x7e]*|\*)$/;
const AUTHORITY = /^[\x21-\x7e]*$/;
/** Those that node:http takes too, so that no upstream is sent another. A tunnel is no request. */
const KNOWN = new Set(METHODS.filter((method) => method !== 'CONNECT'));

/** `raw`: names and values in turn, as they came. `ends`: nothing follows the head. Undefined where it is malformed. */
export function h2Head(raw: readonly string[], ends: boolean): H2Head | undefined {
  const pseudo = new Map<string, string>();
  const fields: Field[] = [];
  const cookies: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    if (!VALUE.test(value)) return undefined;
    if (name.startsWith(':')) {
      if (!PSEUDO.includes(name) || pseudo.has(name) || fields.length > 0 || cookies.length > 0) return undefined;
      pseudo.set(name, value);
    } else if (!NAME.test(name) || CONNECTION_FIELDS.has(name) || (name === 'te' && value.toLowerCase() !== 'trailers')) return undefined;
    // A cookie may come in crumbs; behind us it is one field again (8.2.3).
    else if (name === 'cookie') cookies.push(value);
    else fields.push([name, value]);
  }
  const [method = '', target = ''] = [pseudo.get(':method'), pseudo.get(':path')];
  if (!KNOWN.has(method) || pseudo.get(':scheme') !== 'https' || !TARGET.test(target) || (target === '*' && method !== 'OPTIONS')) return undefined;
  const host = hostOf(pseudo.get(':authority'), fields);
  const lengths = fields.filter(([name]) => name === 'content-length').map(([, value]) => value);
  if (host === undefined || lengths.length > 1 || !lengths.every((value) => /^\d{1,15}$/.test(value))) return undefined;
  const length = lengths.length === 0 ? undefined : Number(lengths[0]);
  if (ends && (length ?? 0) > 0) return undefined;
  return {
    method,
    target,
    length,
    fields: [
      ['Host', host],
      ...fields.filter(([name]) => name !== 'host'),
      ...(cookies.length === 0 ? [] : [['cookie', cookies.join('; ')] as const]),
      // A body of unknown length is there, and in HTTP/1.1 it says so.
      ...(ends || length !== undefined ? [] : [['Transfer-Encoding', 'chunked'] as const]),
    ],
  };
}

/** Where both say it they have to say the same (8.3.1). */
function hostOf(authority: string | undefined, fields: readonly Field[]): string | undefined {
  const hosts = fields.filter(([name]) => name === 'host').map(([, value]) => value);
  const named = authority ?? hosts[0];
  if (hosts.length > 1 || named === undefined || named === '' || named.includes('@') || !AUTHORITY.test(named)) return undefined;
  return hosts.every((host) => host.toLowerCase() === named.toLowerCase()) ? named : undefined;
}
