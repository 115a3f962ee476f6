/** The destination of every bench row, in a process of its own: takes all bytes, keeps none, says how many came. */
import { createServer } from 'node:http';

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  let received = 0;
  request.on('data', (chunk: Buffer) => (received += chunk.length));
  request.on('error', () => response.destroy());
  request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ received })));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log('ready'));
