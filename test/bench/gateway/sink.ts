/** The upstream of every row, a process of its own: reads all bytes, keeps none, answers 204. `GET /__stats` says what came. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

const [, , port, cert, key] = process.argv;
let req = 0;
let body = 0;
const listener: RequestListener = (request, response) => {
  if (request.url === '/__stats') {
    response.end(JSON.stringify({ req, body }));
    return;
  }
  request.on('data', (chunk: Buffer) => (body += chunk.length));
  request.on('error', () => response.destroy());
  request.on('end', () => {
    req += 1;
    response.writeHead(204).end();
  });
};
const options = { requestTimeout: 0, keepAliveTimeout: 0, noDelay: true };
const server = cert === undefined || key === undefined ? createServer(options, listener) : createTlsServer({ ...options, cert: readFileSync(cert), key: readFileSync(key) }, listener);
server.listen(Number(port ?? 0), '127.0.0.1', () => console.log('ready'));
