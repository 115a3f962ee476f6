/** Fields about the connection: what they name, what they ask for, and what they offer. */
import { chunk, head, LAST, shown, smuggled, vector, type Law, type Vector } from './vector.js';

const CONNECTIONS = [
  'close', 'keep-alive', 'Content-Length', 'content-length, close', 'Host', 'Host, X-Forwarded-For', 'Transfer-Encoding', 'close, Transfer-Encoding', 'keep-alive, Content-Length, Host', 'Cookie', 'Authorization', 'Content-Type', 'Content-Encoding', 'X-Custom',
  'Via', 'Connection', 'Expect', ',', ', ,', 'close, close', 'upgrade', 'TE', 'close\t', 'a b', '"close"', 'Forwarded', 'x'.repeat(5000),
];
const EXPECTS: readonly (readonly [string, Law])[] = [
  ['100-continue', 'one'], ['100-Continue', 'one'], ['100-continue, 100-continue', 'either'], ['100-continue, x', 'either'], ['x, 100-continue', 'either'], ['100', 'either'], ['200-ok', 'either'], ['', 'either'], ['y 100-continue', 'either'], ['100-continue;q=1', 'either'], ['100-continue\x0b', 'refused'], ['100-continue\0', 'refused'], ['101-switching', 'either'],
];
const UPGRADES: readonly (readonly [string, Law])[] = [
  ['h2c', 'either'], ['websocket', 'either'], ['h2c, websocket', 'either'], ['TLS/1.2', 'either'], ['HTTP/2.0', 'either'], ['', 'either'], ['h2c,', 'either'], ['foo', 'either'], ['h2', 'either'], ['H2C', 'either'],
];

export const options: readonly Vector[] = [
  ...CONNECTIONS.map((value) => vector(`Connection: ${shown(value)}`, 'one', (to) => head(to, [`Connection: ${value}`, 'Content-Length: 5']) + 'hello', { body: 'hello' })),
  ...CONNECTIONS.slice(2, 10).map((value) => vector(`Connection: ${shown(value)} beside chunks`, 'one', (to) => head(to, [`Connection: ${value}`, 'Transfer-Encoding: chunked']) + chunk('hello') + LAST, { body: 'hello' })),
  ...CONNECTIONS.slice(2, 10).map((value) => vector(`Proxy-Connection: ${shown(value)}`, 'one', (to) => head(to, [`Proxy-Connection: ${value}`, `Keep-Alive: ${value}`, 'Content-Length: 5']) + 'hello', { body: 'hello' })),
  ...EXPECTS.flatMap(([value, law]) => [
    vector(`Expect: ${shown(value)}`, law, (to) => head(to, [`Expect: ${value}`, 'Content-Length: 5']) + 'hello', { body: 'hello' }),
    vector(`Expect: ${shown(value)} with a request as body`, law === 'one' ? 'either' : law, (to) => head(to, [`Expect: ${value}`, `Content-Length: ${String(smuggled(to).length)}`]) + smuggled(to), { body: '*' }),
    vector(`Expect: ${shown(value)} of a GET`, law === 'one' ? 'either' : law, (to) => head(to, [`Expect: ${value}`], { method: 'GET' }), { method: 'GET' }),
    vector(`Expect: ${shown(value)} under HTTP/1.0`, law === 'one' ? 'either' : law, (to) => head(to, [`Expect: ${value}`, 'Content-Length: 5'], { version: 'HTTP/1.0' }) + 'hello', { body: 'hello' }),
    vector(`Expect: ${shown(value)} with chunks`, law === 'one' ? 'either' : law, (to) => head(to, [`Expect: ${value}`, 'Transfer-Encoding: chunked']) + chunk('hello') + LAST, { body: 'hello' }),
  ]),
  vector('Expect twice', 'either', (to) => head(to, ['Expect: 100-continue', 'Expect: x', 'Content-Length: 5']) + 'hello', { body: 'hello' }),
  ...UPGRADES.flatMap(([value, law]) => [
    vector(`Upgrade: ${shown(value)}`, law, (to) => head(to, ['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${value}`, 'HTTP2-Settings: AAMAAABkAAQAAP__'], { method: 'GET' }), { method: 'GET' }),
    vector(`Upgrade: ${shown(value)} with a body`, law, (to) => head(to, ['Connection: Upgrade', `Upgrade: ${value}`, 'Content-Length: 5']) + 'hello', { body: 'hello' }),
    vector(`Upgrade: ${shown(value)} with chunks`, law, (to) => head(to, ['Connection: Upgrade', `Upgrade: ${value}`, 'Transfer-Encoding: chunked']) + chunk('hello') + LAST, { body: 'hello' }),
    vector(`Upgrade: ${shown(value)} with a request as body`, law, (to) => head(to, ['Connection: Upgrade', `Upgrade: ${value}`, `Content-Length: ${String(smuggled(to).length)}`]) + smuggled(to), { body: '*' }),
    vector(`Upgrade: ${shown(value)} with both lengths`, 'refused', (to) => head(to, ['Connection: Upgrade', `Upgrade: ${value}`, 'Content-Length: 5', 'Transfer-Encoding: chunked']) + LAST + smuggled(to)),
    vector(`Upgrade: ${shown(value)} that Connection does not name`, law, (to) => head(to, [`Upgrade: ${value}`, 'Content-Length: 5']) + 'hello', { body: 'hello' }),
  ]),
  vector('Upgrade to the preface of HTTP/2', 'either', (to) => `${head(to, ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'], { method: 'GET' })}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, { method: 'GET', behind: true }),
];
