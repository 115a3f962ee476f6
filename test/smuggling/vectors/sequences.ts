/** What stands behind a request: bodies where nobody expects one, pipelines, and bodies that are not there. */
import { chunk, head, LAST, smuggled, vector, type Place, type Vector } from './vector.js';

const HALF = 'GET /smuggled HTTP/1.1\r\nX: y\r\n\r\nGET / HTTP/1';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const FORM = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n12345\r\n--b--\r\n';
/** An honest request with this body. */
const sized = (to: Place, body: string, ...lines: readonly string[]): string => head(to, [...lines, `Content-Length: ${String(body.length)}`]) + body;

const METHODS = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'PATCH', 'PROPFIND', 'MKCOL'];
/** A second request that is meant as one. */
const second = ({ path, host }: Place): string => `GET ${path}/second HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

export const sequences: readonly Vector[] = [
  ...METHODS.flatMap((method) => [
    vector(`${method} with a length and a request as body`, 'one', (to) => head(to, [`Content-Length: ${String(smuggled(to).length)}`], { method }) + smuggled(to), { method, body: '*' }),
    vector(`${method} with chunks and a request in them`, 'one', (to) => head(to, ['Transfer-Encoding: chunked'], { method }) + chunk(smuggled(to)) + LAST, { method, body: '*' }),
    vector(`${method} with a length of nothing`, 'one', (to) => head(to, ['Content-Length: 0'], { method }), { method }),
    vector(`${method} with an empty chunked body`, 'one', (to) => head(to, ['Transfer-Encoding: chunked'], { method }) + LAST, { method }),
    vector(`${method} and another request`, 'two', (to) => head(to, [], { method }) + second(to), { method }),
    vector(`${method} with a body and another request`, 'two', (to) => `${head(to, ['Content-Length: 5'], { method })}hello${second(to)}`, { method, body: 'hello' }),
    vector(`${method} with chunks and another request`, 'two', (to) => head(to, ['Transfer-Encoding: chunked'], { method }) + chunk('hello') + LAST + second(to), { method, body: 'hello' }),
  ]),
  vector('POST without any length, and another request', 'two', (to) => head(to, []) + second(to)),
  vector('CL.0: POST with a length of nothing, and another request', 'two', (to) => head(to, ['Content-Length: 0']) + second(to)),
  vector('0.CL: a body that holds a head and half of another', 'one', (to) => sized(to, HALF), { body: HALF }),
  vector('a body that ends with half a request line', 'one', (to) => sized(to, 'GET /x HT'), { body: 'GET /x HT' }),
  vector('a request, then rubbish', 'one', (to) => `${head(to, ['Content-Length: 5'])}hello\0\x01rubbish\r\n\r\n`, { body: 'hello', behind: true }),
  vector('a request, then a request with both lengths', 'one', (to) => `${head(to, ['Content-Length: 5'])}hello${head({ ...to, path: `${to.path}/smuggled` }, ['Content-Length: 5', 'Transfer-Encoding: chunked'])}${LAST}`, { body: 'hello', behind: true }),
  vector('a request that closes, then another', 'one', (to) => `${head(to, ['Connection: close', 'Content-Length: 5'])}hello${smuggled(to)}`, { body: 'hello', behind: true }),
  vector('HTTP/1.0, then another', 'one', (to) => `${head(to, ['Content-Length: 5'], { version: 'HTTP/1.0' })}hello${smuggled(to)}`, { body: 'hello', behind: true }),
  vector('HTTP/1.0 that keeps the connection', 'one', (to) => `${head(to, ['Connection: keep-alive', 'Content-Length: 5'], { version: 'HTTP/1.0' })}hello`, { body: 'hello' }),
  vector('HTTP/1.0 without a length', 'one', (to) => `${head(to, ['Connection: close'], { version: 'HTTP/1.0' })}${smuggled(to)}`, { behind: true }),
  vector('a refused request, then another', 'refused', (to) => head(to, ['Content-Length: 5', 'Content-Length: 6']) + smuggled(to) + smuggled(to)),
  vector('a range that says more than there is', 'either', (to) => `${head(to, ['Content-Range: bytes 0-99/100', 'Content-Length: 5'])}hello`, { body: 'hello' }),
  vector('a body that is a head of ours', 'one', (to) => sized(to, ANSWER, 'Content-Type: text/plain'), { body: ANSWER }),
  vector('a body of several parts that holds a request', 'one', (to) => sized(to, FORM, 'Content-Type: multipart/form-data; boundary=b'), { body: FORM }),
];
