/** What a process that opens files may become when a file has taken it over: it does what the file's name says. */
import { writeFileSync } from 'node:fs';
import { setInterval } from 'node:timers';

const send = (message) => process.send(message);
const acts = {
  crash: () => process.exit(3),
  abort: () => process.abort(),
  loop: () => {
    for (;;);
  },
  memory: () => {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(2 ** 20, 1));
  },
  leak: () => {
    const kept = [];
    setInterval(() => kept.push(Buffer.alloc(2 ** 24, 1)), 5);
  },
  nonsense: () => send({ kind: 'found', value: 'of no form that anybody knows' }),
  beside: () => send({ kind: 'told', told: [{ kind: 'unscannable', one: { part: 'body2', reason: 'no-text', bytes: 0, detail: 'beside' } }] }),
  beyond: () => send({ kind: 'range', request: 1, offset: 5, length: 1000 }),
  spool: () => send({ kind: 'fetch', request: 1, spool: 7, offset: 0, length: 10 }),
  write: () => {
    process.on('SIGXFSZ', () => undefined);
    try {
      writeFileSync('/tmp/weir-extract-child-wrote', 'content');
      send({ kind: 'failed', reason: 'no-text', code: 'wrote' });
    } catch {
      send({ kind: 'failed', reason: 'failed', code: 'could not write' });
    }
  },
  look: () => send({ kind: 'failed', reason: 'failed', code: `${Object.keys(process.env).filter((name) => !/^NODE_CHANNEL|^(PWD|OLDPWD|SHLVL|_)$/.test(name)).join()}|${process.argv.slice(2).join()}` }),
  print: () => {
    process.stderr.write('content\n');
    process.stdout.write('content\n', () => send({ kind: 'failed', reason: 'failed', code: 'printed' }));
  },
  '13800138000': () => send({ kind: 'failed', reason: 'failed', code: 'the number 13800138000' }),
};
process.on('message', (message) => {
  if (message.kind === 'begin') send({ kind: 'ready' });
  else if (message.kind === 'read') acts[message.child.fileName]();
});
process.once('disconnect', () => process.exit(0));
