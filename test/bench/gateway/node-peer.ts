/** What a user of Node would write instead, passing everything through: `pipe` is node:http and http.request, `undici` its pool below node:http. A process of its own. */
import { Agent, createServer, request, type IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';

const [, , kind, port, target = ''] = process.argv;
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect']);
const endToEnd = (fields: IncomingHttpHeaders): IncomingHttpHeaders => Object.fromEntries(Object.entries(fields).filter(([name]) => !HOP.has(name)));

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const pool = new Pool(target, { connections: 256, pipelining: 1 });
const server = createServer((incoming, response) => {
  const failed = (): void => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  };
  const { url = '/', method = 'GET' } = incoming;
  if (kind === 'undici') {
    pool
      .stream({ path: url, method, headers: endToEnd(incoming.headers), body: incoming }, ({ statusCode, headers }) => response.writeHead(statusCode, endToEnd(headers)))
      .catch(failed);
    return;
  }
  const asking = request(new URL(url, target), { method, agent, headers: endToEnd(incoming.headers) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    answer.pipe(response);
  });
  asking.on('error', failed);
  incoming.pipe(asking);
});
server.listen(Number(port), '127.0.0.1', 1024, () => console.log('ready'));
