/** Host and authority: whom a request is for must have one reading. */
import { head, shown, vector, type Law, type Vector } from './vector.js';

const get = { method: 'GET' } as const;

const HOSTS: readonly (readonly [string, Law])[] = [
  ['here.example', 'one'], ['HERE.example', 'one'], ['here.example:80', 'one'], ['127.0.0.1', 'one'], ['[::1]', 'one'], ['[::1]:8080', 'one'], ['', 'either'],
  ['here.example, there.example', 'refused'], ['here.example there.example', 'refused'], ['here.example/there', 'refused'], ['user@here.example', 'refused'], ['here.example:80:80', 'refused'], ['here.example:x', 'refused'], ['here.example:', 'refused'],
  ['here.example:-1', 'refused'], ['here.example#x', 'refused'], ['here.example?x', 'refused'], ['http://here.example', 'refused'], ['[::1', 'refused'], ['::1', 'refused'], ['here\\example', 'refused'], ['here.example\x00', 'refused'], ['here%00.example', 'refused'],
  ['here.example\x0b', 'refused'], ['\xe4\xb8\xad.example', 'refused'], ['here.example;x', 'refused'], ['"here.example"', 'refused'], ['here\texample', 'refused'],
];

export const places: readonly Vector[] = [
  ...HOSTS.map(([host, law]) => vector(`Host: ${shown(host)}`, law, (to) => head(to, [], { method: 'GET', host }), get)),
  vector('no Host', 'refused', ({ path }) => `GET ${path} HTTP/1.1\r\nX: 1\r\n\r\n`, get),
  vector('no Host under HTTP/1.0', 'either', ({ path }) => `GET ${path} HTTP/1.0\r\n\r\n`, get),
  ...['Host: there.example', 'Host: here.example', 'host: here.example', 'HOST: there.example', 'Host:', 'Host : there.example', ' Host: there.example', 'Host\t: there.example', 'Host\0: there.example', 'X: 1\nHost: there.example', 'X: 1\rHost: there.example'].flatMap((second) => [
    vector(`a second ${shown(second)}`, 'refused', (to) => head(to, [second], get), get),
    vector(`a first ${shown(second)}`, 'refused', (to) => `GET ${to.path} HTTP/1.1\r\n${second}\r\nX-Between: 1\r\nHost: ${to.host}\r\n\r\n`, get),
  ]),
  vector('an absolute target of the same host', 'either', (to) => head(to, [], { ...get, target: `http://${to.host}${to.path}` }), get),
  vector('an absolute target of the same host in capitals', 'either', (to) => head(to, [], { ...get, target: `HTTP://${to.host.toUpperCase()}${to.path}` }), get),
  ...['http://there.example', 'http://user@here.example', 'http://here.example@there.example', 'http://here.example:99999999', 'http:// ', 'http://', 'http:', 'ftp://here.example', 'file://', 'javascript:', '//there.example', 'http:/here.example', 'http:\\\\here.example', 'http://there.example\\', 'ws://here.example', 'http://here.example:81', 'http://[::1'].map((before) =>
    vector(`an absolute target of ${shown(before)}`, 'refused', (to) => head(to, [], { ...get, target: `${before}${to.path}`, host: 'here.example' }), get),
  ),
  vector('an absolute target, and no Host', 'refused', (to) => `GET http://${to.host}${to.path} HTTP/1.1\r\nX: 1\r\n\r\n`, get),
  vector('an absolute target, and two Hosts', 'refused', (to) => head(to, ['Host: there.example'], { ...get, target: `http://${to.host}${to.path}` }), get),
  vector('an absolute target, and an empty Host', 'refused', (to) => head(to, [], { ...get, target: `http://${to.host}${to.path}`, host: '' }), get),
  vector('OPTIONS *', 'refused', (to) => head(to, ['Connection: close'], { method: 'OPTIONS', target: '*' }), { method: 'OPTIONS' }),
  vector('X-Forwarded-Host and X-Original-URL', 'one', (to) => head(to, ['X-Forwarded-Host: there.example', 'X-Original-URL: /smuggled', 'X-Rewrite-URL: /smuggled', 'X-HTTP-Method-Override: DELETE'], get), get),
];
