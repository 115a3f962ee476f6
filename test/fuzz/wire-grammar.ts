/** Requests as a seed wants them: sound, odd and wrong ones, several behind each other, cut anywhere. */
import { randomBelow } from '../kit/numbers.js';
import { mutated } from './mutate.js';

type Below = (limit: number) => number;

/** What is sound stands so often that whole pipelines are. */
const METHODS = [...Array.from({ length: 12 }, () => ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']).flat(), 'TRACE', 'get', 'G@T', 'PRI', 'M-SEARCH', 'QUERY'];
const VERSIONS = [...Array.from({ length: 100 }, () => 'HTTP/1.1'), 'HTTP/1.0', 'HTTP/1.0', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1 ', 'HTTP/11', ''];
const ENDS = [...Array.from({ length: 150 }, () => '\r\n'), '\n', '\r', '\r\r\n', '\n\r\n', ' \r\n', '\t\r\n'];
const BLANKS = [...Array.from({ length: 150 }, () => ' '), '', '  ', '\t', '\x0b', '\xa0', '\r\n ', '\n\t'];
const COLONS = [...Array.from({ length: 150 }, () => ':'), ' :', '\t:', '::', '', '\0:'];
const NAMES = [...Array.from({ length: 10 }, () => ['Accept', 'X-One', 'Cookie', 'Content-Type', 'User-Agent']).flat(), 'Via', 'Forwarded', 'X-Forwarded-For', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Expect', 'Range', 'Content-Encoding', 'Content-Length', 'Transfer-Encoding', 'Host', 'Content-MD5', 'Proxy-Connection', 'Max-Forwards', 'x_y', "!#$%&'*+", 'X\x80', 'X Y', ''];
const VALUES = [...Array.from({ length: 10 }, () => ['a', 'a, b', 'text/plain']).flat(), '', 'close', 'keep-alive', 'x-one', 'chunked', 'Chunked', 'chunked, chunked', 'gzip, chunked', 'identity', '5', '05', '+5', '5, 5', '0x5', '5 ', '-1', '99999999999999999999', 'text/plain', '\x80\xff', 'a\tb', 'a\0b', 'a\x7fb', 'a\x01b', 'trailers', '"q"', 'here.example', 'other.example', 'here.example:80', 'a@here.example', ';', 'é'];
const HOSTS = [...Array.from({ length: 100 }, () => 'here.example'), 'here.example:80', 'HERE.example', '', 'a b', 'here.example, x', '[::1]', 'here.example/'];
const SIZES = [...Array.from({ length: 80 }, () => undefined), '0x5', '5 ', ' 5', '+5', '-5', 'g', '', '00005', '5;a=b', '5;a="b\r\n"', '5; a', '5\t', 'FFFFFFFFFFFFFFFFF', '5;\n'];

const pick = <T>(below: Below, list: readonly T[], otherwise: T): T => list[below(list.length)] ?? otherwise;

function body(below: Below): string {
  // Its end shows, so that the next request can be told apart.
  return `${Array.from({ length: below(30) }, () => 'abcdefghij klmno\r\nGET /'.charAt(below(23))).join('')}|`;
}

function chunks(below: Below): string {
  let text = '';
  for (let left = below(4); left > 0; left--) {
    const data = `c${body(below)}`;
    text += `${pick(below, SIZES, undefined) ?? data.length.toString(16)}${pick(below, ENDS, '\r\n')}${data}${pick(below, ENDS, '\r\n')}`;
  }
  const trailers = below(5) === 0 ? `${pick(below, NAMES, 'X')}${pick(below, COLONS, ':')}${pick(below, BLANKS, ' ')}${pick(below, VALUES, 'a')}${pick(below, ENDS, '\r\n')}` : '';
  return `${text}0${pick(below, ENDS, '\r\n')}${trailers}${pick(below, ENDS, '\r\n')}`;
}

function field(below: Below, name: string, value: string): string {
  return `${name}${pick(below, COLONS, ':')}${pick(below, BLANKS, ' ')}${value}${pick(below, ENDS, '\r\n')}`;
}

function oneRequest(below: Below, path: string): string {
  const target = pick(below, [...Array.from({ length: 60 }, () => path), `${path}?a=b`, `http://here.example${path}`, `http://other.example${path}`, `${path}#f`, `${path}\x80`, `${path} x`, '*', `//${path}`, ''], path);
  const lines = [field(below, pick(below, [...Array.from({ length: 50 }, () => 'Host'), 'host', 'HOST', 'X-Host'], 'Host'), pick(below, HOSTS, 'here.example'))];
  for (let left = below(4); left > 0; left--) lines.push(field(below, pick(below, NAMES, 'X'), pick(below, VALUES, 'a')));
  let behind = '';
  const kind = below(8);
  if (kind < 3) {
    behind = body(below);
    lines.push(field(below, 'Content-Length', String(behind.length + (below(20) === 0 ? below(3) - 1 : 0))));
  } else if (kind < 6) {
    behind = chunks(below);
    lines.push(field(below, 'Transfer-Encoding', pick(below, [...Array.from({ length: 30 }, () => 'chunked'), 'CHUNKED', 'chunked,', 'x, chunked'], 'chunked')));
  }
  if (below(6) === 0) lines.reverse();
  return `${pick(below, METHODS, 'GET')}${pick(below, BLANKS, ' ')}${target}${pick(below, BLANKS, ' ')}${pick(below, VERSIONS, 'HTTP/1.1')}${pick(below, ENDS, '\r\n')}${lines.join('')}${pick(below, ENDS, '\r\n')}${behind}`;
}

export interface Generated {
  /** What is written, one write after the other. */
  readonly writes: readonly Buffer[];
  /** The same cut before whatever looks like a request. */
  readonly oneByOne: readonly Buffer[];
}

const CUTS_MOST = 6;
const BEGINS = /(?=(?<![A-Za-z:/.@-])[A-Za-z@-]{3,8}[ \t\v]*\S{0,30}\/r\/)/;

/** The same for the same seed; the last request asks for the connection's end. */
export function generated(seed: number, path: string): Generated {
  const below = randomBelow(seed);
  let bytes: Buffer = Buffer.from(Array.from({ length: 1 + below(4) }, (_, at) => oneRequest(below, `${path}/${String(at)}`)).join(''), 'latin1');
  if (below(6) === 0) bytes = mutated(bytes, below(2 ** 31), [bytes]);
  bytes = Buffer.concat([bytes, Buffer.from(`GET ${path}/last HTTP/1.1\r\nHost: here.example\r\nConnection: close\r\n\r\n`)]);
  const cuts = [...new Set(Array.from({ length: below(CUTS_MOST) }, () => below(bytes.length)))].sort((a, b) => a - b);
  return { writes: [...cuts, bytes.length].map((end, at) => bytes.subarray(cuts[at - 1] ?? 0, end)), oneByOne: bytes.toString('latin1').split(BEGINS).map((text) => Buffer.from(text, 'latin1')) };
}
