/** A next hop in a process of its own: writes number and recipients of each mail to a file before it answers 250, so that it may be killed at any time. `node counting-sink.mjs PORT FILE` */
import { openSync, writeSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const [, , port, file] = process.argv;
const book = openSync(file, 'a');
const server = new SMTPServer({
  logger: false,
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onData(stream, session, done) {
    let head = '';
    stream.on('data', (chunk) => {
      if (head.length < 65_536) head += chunk.toString('latin1');
    });
    stream.on('end', () => {
      const number = /^Subject: letter (\d+)/m.exec(head)?.[1] ?? '?';
      // In the kernel's hands by then: a killed process loses nothing of it.
      writeSync(book, session.envelope.rcptTo.map(({ address }) => `${number} ${address}\n`).join(''));
      done(null);
    });
  },
});
server.on('error', (error) => {
  console.error(error.message);
  if (error.code === 'EADDRINUSE') process.exit(1);
});
server.listen(Number(port), '127.0.0.1');
