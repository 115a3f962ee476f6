/** Heads: request lines, line ends, names and values, and how long they are. */
import { head, shown, smuggled, vector, type Law, type Place, type Vector } from './vector.js';

/** In place of `GET /path HTTP/1.1`, without its line end. */
const REQUEST_LINES: readonly (readonly [string, (to: Place) => string, Law])[] = [
  ['GET with HTTP/1.1', ({ path }) => `GET ${path} HTTP/1.1`, 'one'],
  ['HTTP/1.0', ({ path }) => `GET ${path} HTTP/1.0`, 'one'],
  ['a method of lower case', ({ path }) => `get ${path} HTTP/1.1`, 'refused'],
  ['a method of mixed case', ({ path }) => `GeT ${path} HTTP/1.1`, 'refused'],
  ['a method that nobody knows', ({ path }) => `SMUGGLE ${path} HTTP/1.1`, 'refused'],
  ['no method', ({ path }) => `${path} HTTP/1.1`, 'refused'],
  ['a blank before the method', ({ path }) => ` GET ${path} HTTP/1.1`, 'refused'],
  ['a tab before the method', ({ path }) => `\tGET ${path} HTTP/1.1`, 'refused'],
  ['a NUL before the method', ({ path }) => `\0GET ${path} HTTP/1.1`, 'refused'],
  ['a byte order mark', ({ path }) => `\xef\xbb\xbfGET ${path} HTTP/1.1`, 'refused'],
  ['a NUL in the method', ({ path }) => `GE\0T ${path} HTTP/1.1`, 'refused'],
  ['two blanks behind the method', ({ path }) => `GET  ${path} HTTP/1.1`, 'refused'],
  ['a tab behind the method', ({ path }) => `GET\t${path} HTTP/1.1`, 'refused'],
  ['a form feed behind the method', ({ path }) => `GET\x0c${path} HTTP/1.1`, 'refused'],
  ['two blanks before the version', ({ path }) => `GET ${path}  HTTP/1.1`, 'refused'],
  ['a tab before the version', ({ path }) => `GET ${path}\tHTTP/1.1`, 'refused'],
  ['a vertical tab before the version', ({ path }) => `GET ${path}\x0bHTTP/1.1`, 'refused'],
  ['a blank behind the version', ({ path }) => `GET ${path} HTTP/1.1 `, 'refused'],
  ['a tab behind the version', ({ path }) => `GET ${path} HTTP/1.1\t`, 'refused'],
  ['a word behind the version', ({ path }) => `GET ${path} HTTP/1.1 x`, 'refused'],
  ['two versions', ({ path }) => `GET ${path} HTTP/1.1 HTTP/1.1`, 'refused'],
  ['HTTP/0.9', ({ path }) => `GET ${path}`, 'refused'],
  ['HTTP/0.9, named', ({ path }) => `GET ${path} HTTP/0.9`, 'refused'],
  ['HTTP/1.2', ({ path }) => `GET ${path} HTTP/1.2`, 'refused'],
  ['HTTP/2.0', ({ path }) => `GET ${path} HTTP/2.0`, 'refused'],
  ['HTTP/2', ({ path }) => `GET ${path} HTTP/2`, 'refused'],
  ['HTTP/3.0', ({ path }) => `GET ${path} HTTP/3.0`, 'refused'],
  ['HTTP/1', ({ path }) => `GET ${path} HTTP/1`, 'refused'],
  ['HTTP/1.', ({ path }) => `GET ${path} HTTP/1.`, 'refused'],
  ['HTTP/1.10', ({ path }) => `GET ${path} HTTP/1.10`, 'refused'],
  ['HTTP/01.1', ({ path }) => `GET ${path} HTTP/01.1`, 'refused'],
  ['HTTP/1,1', ({ path }) => `GET ${path} HTTP/1,1`, 'refused'],
  ['HTTP/-1.1', ({ path }) => `GET ${path} HTTP/-1.1`, 'refused'],
  ['HTTP/1.1 of lower case', ({ path }) => `GET ${path} http/1.1`, 'refused'],
  ['HTTPS/1.1', ({ path }) => `GET ${path} HTTPS/1.1`, 'refused'],
  ['HTTP /1.1', ({ path }) => `GET ${path} HTTP /1.1`, 'refused'],
  ['HTP/1.1', ({ path }) => `GET ${path} HTP/1.1`, 'refused'],
  ['ICE/1.0', ({ path }) => `GET ${path} ICE/1.0`, 'refused'],
  ['SOURCE of ICE/1.0', ({ path }) => `SOURCE ${path} ICE/1.0`, 'refused'],
  ['SOURCE', ({ path }) => `SOURCE ${path} HTTP/1.1`, 'refused'],
  ['RTSP/1.0', ({ path }) => `OPTIONS ${path} RTSP/1.0`, 'refused'],
  ['DESCRIBE of RTSP', ({ path }) => `DESCRIBE ${path} RTSP/1.0`, 'refused'],
  ['PLAY of RTSP', ({ path }) => `PLAY ${path} RTSP/1.0`, 'refused'],
  ['DESCRIBE', ({ path }) => `DESCRIBE ${path} HTTP/1.1`, 'refused'],
  ['PRI', ({ path }) => `PRI ${path} HTTP/1.1`, 'refused'],
  ['CONNECT to a path', ({ path }) => `CONNECT ${path} HTTP/1.1`, 'refused'],
  ['CONNECT to a host', ({ host }) => `CONNECT ${host}:443 HTTP/1.1`, 'refused'],
  ['a blank within the target', ({ path }) => `GET ${path}/a b HTTP/1.1`, 'refused'],
  ['a NUL within the target', ({ path }) => `GET ${path}/a\0b HTTP/1.1`, 'refused'],
  ['CR within the target', ({ path }) => `GET ${path}/a\rb HTTP/1.1`, 'refused'],
  ['LF within the target', ({ path }) => `GET ${path}/a\nb HTTP/1.1`, 'refused'],
  ['a control character within the target', ({ path }) => `GET ${path}/a\x01b HTTP/1.1`, 'refused'],
  ['DEL within the target', ({ path }) => `GET ${path}/a\x7fb HTTP/1.1`, 'refused'],
  ['bytes of eight bits within the target', ({ path }) => `GET ${path}/a\xe4\xb8\xadb HTTP/1.1`, 'either'],
  ['a fragment', ({ path }) => `GET ${path}#/smuggled HTTP/1.1`, 'refused'],
  ['a target without slash', () => 'GET n HTTP/1.1', 'refused'],
  ['an asterisk', () => 'GET * HTTP/1.1', 'refused'],
  ['dot segments', ({ path }) => `GET ${path}/../smuggled HTTP/1.1`, 'refused'],
  ['dot segments in escapes', ({ path }) => `GET ${path}/%2e%2e/smuggled HTTP/1.1`, 'refused'],
  ['CR LF in escapes', ({ path }) => `GET ${path}/a%0d%0aX:%20y HTTP/1.1`, 'refused'],
  ['CR LF in escapes twice', ({ path }) => `GET ${path}/a%250d%250aX:%20y HTTP/1.1`, 'refused'],
  ['NUL in escapes', ({ path }) => `GET ${path}/a%00b HTTP/1.1`, 'refused'],
];

/** Node's parser reads these as the plain request that they resemble, and does not say what stood there. */
const NODE_READS: ReadonlySet<string> = new Set(['two blanks behind the method', 'two blanks before the version', 'RTSP/1.0']);

const ENDS: readonly (readonly [string, string])[] = [['LF', '\n'], ['CR', '\r'], ['CR CR LF', '\r\r\n'], ['LF CR', '\n\r'], ['CR blank LF', '\r \n'], ['CR NUL LF', '\r\0\n'], ['VT', '\x0b']];
const SPOTS = ['the request line', 'Host', 'another field', 'the last field', 'the empty line'] as const;

function withEnd(to: Place, spot: (typeof SPOTS)[number], end: string): string {
  const at = SPOTS.indexOf(spot);
  return [`POST ${to.path} HTTP/1.1`, `Host: ${to.host}`, 'X-One: 1', 'Content-Length: 5', ''].map((line, index) => line + (index === at ? end : '\r\n')).join('') + 'hello';
}

const LINES: readonly (readonly [string, Law])[] = [
  ['X: \0', 'refused'], ['X: a\0b', 'refused'], ['X: a\rb', 'refused'], ['X: a\x0bb', 'refused'], ['X: a\x0cb', 'refused'], ['X: a\x01b', 'refused'], ['X: a\x1fb', 'refused'], ['X: a\x7fb', 'refused'], ['X: a\x08b', 'refused'], ['X: a\x1bb', 'refused'],
  ['X: a\tb', 'one'], ['X:', 'one'], ['X: ', 'one'], ['X:a', 'one'], ['X: \xe4\xb8\xad', 'one'], ['X: \x85\xa0', 'one'], ['x!#$%&\'*+-.^_`|~9: 1', 'one'], ['X: :', 'one'], ['X: HTTP/1.1 200 OK', 'one'],
  ['X', 'refused'], ['', 'refused'], [':', 'refused'], [': x', 'refused'], ['X : 1', 'refused'], ['X\t: 1', 'refused'], [' X: 1', 'refused'], ['\tX: 1', 'refused'], ['X Y: 1', 'refused'], ['X(Y): 1', 'refused'], ['X,Y: 1', 'refused'], ['X/Y: 1', 'refused'],
  ['X@Y: 1', 'refused'], ['X[0]: 1', 'refused'], ['X{}: 1', 'refused'], ['X\\: 1', 'refused'], ['"X": 1', 'refused'], ['X;: 1', 'refused'], ['X=: 1', 'refused'], ['X?: 1', 'refused'], ['X\0: 1', 'refused'], ['X\x7f: 1', 'refused'], ['\xe4\xb8\xad: 1', 'refused'],
  ['X: 1\r\n folded', 'refused'], ['X: 1\r\n\tfolded', 'refused'], ['X: 1\r\n ', 'refused'], ['X: 1\r\n Content-Length: 50', 'refused'], ['X: 1\n folded', 'refused'], ['X:\r\n 1', 'refused'], ['X: 1\r\n\r', 'refused'],
];

export const heads: readonly Vector[] = [
  ...REQUEST_LINES.map(([name, line, law]) => vector(`request line: ${name}`, law, (to) => `${line(to)}\r\nHost: ${to.host}\r\n\r\n`, { method: 'GET', ends: law === 'refused' && !NODE_READS.has(name), lax: NODE_READS.has(name) ? 'node' : undefined })),
  ...SPOTS.flatMap((spot) => ENDS.map(([name, end]) => vector(`${name} ends ${spot}`, 'refused', (to) => withEnd(to, spot, end), { ends: true }))),
  ...SPOTS.slice(0, 4).flatMap((spot) => ENDS.slice(0, 4).map(([name, end]) => vector(`${name} doubled behind ${spot}`, 'refused', (to) => withEnd(to, spot, end + end), { ends: true }))),
  ...LINES.filter(([line]) => line !== '').map(([line, law]) => vector(`field ${shown(line)}`, law, (to) => head(to, [line, 'Content-Length: 5']) + 'hello', { body: 'hello', ends: law === 'refused' })),
  vector('CR LF before the request', 'either', (to) => `\r\n${head(to, [], { method: 'GET' })}`, { method: 'GET' }),
  vector('many CR LF before the request', 'either', (to) => `${'\r\n'.repeat(50)}${head(to, [], { method: 'GET' })}`, { method: 'GET' }),
  vector('LF before the request', 'either', (to) => `\n${head(to, [], { method: 'GET' })}`, { method: 'GET' }),
  vector('CR before the request', 'either', (to) => `\r${head(to, [], { method: 'GET' })}`, { method: 'GET' }),
  vector('the preface of HTTP/2', 'refused', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', { ends: true }),
  vector('the preface of HTTP/2 before a request', 'refused', (to) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled(to)}`, { ends: true }),
  vector('a head that TLS begins', 'refused', () => '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', { ends: true }),
  vector('a PROXY line that nobody asked for', 'refused', (to) => `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${smuggled(to)}`, { ends: true }),
  vector('a line of 100,000 bytes', 'refused', (to) => head(to, [`X: ${'x'.repeat(100_000)}`], { method: 'GET' }), { method: 'GET' }),
  vector('a name of 100,000 bytes', 'refused', (to) => head(to, [`${'x'.repeat(100_000)}: 1`], { method: 'GET' }), { method: 'GET' }),
  vector('a target of 100,000 bytes', 'refused', (to) => head(to, [], { method: 'GET', target: `${to.path}/${'x'.repeat(100_000)}` }), { method: 'GET' }),
  vector('20,000 fields', 'refused', (to) => head(to, Array.from({ length: 20_000 }, (_, at) => `X-${String(at)}: 1`), { method: 'GET' }), { method: 'GET' }),
  vector('3,000 fields, the length among the last', 'either', (to) => `${head(to, [...Array.from({ length: 3000 }, (_, at) => `X-${String(at)}: 1`), 'Content-Length: 5'])}hello`, { body: 'hello' }),
  vector('a method of 100,000 bytes', 'refused', (to) => `${'G'.repeat(100_000)} ${to.path} HTTP/1.1\r\nHost: x\r\n\r\n`, { ends: true }),
  vector('blanks of 100,000 bytes behind a value', 'refused', (to) => head(to, [`X: 1${' '.repeat(100_000)}`], { method: 'GET' }), { method: 'GET' }),
  vector('a head without an end', 'refused', (to) => `GET ${to.path} HTTP/1.1\r\nHost: ${to.host}\r\nX: 1\r\n`, { ends: true }),
];
