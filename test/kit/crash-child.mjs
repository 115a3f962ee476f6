/** A whole gateway in a process of its own that can be told where to die: every awaited port call is a point `port.method:before|during|after`. Argument: JSON (see ChildPlan in gateway.ts). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(process.argv[2] ?? '{}');
const { start } = await import(pathToFileURL(plan.main).href);

let offset = plan.offsetMs ?? 0;
/** Where to die: { point, nth, kill: 'self' | 'postgres' | 'both', delayMs, from }; nothing counts before `from` was reached. */
let armed = plan.arm;
/** Awaited calls seen so far, with their number; and all methods of the wrapped ports. */
const seen = new Map();
const methods = new Set();

function killPostgres() {
  const home = readFileSync(join(plan.dataDir, 'postgres.location'), 'utf8').trim();
  const data = join(home, 'data');
  // Backends have process groups of their own, so they are found by their working directory.
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === data) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone already, or not ours to see.
    }
  }
}

function die({ kill, point }) {
  if (kill !== 'self') killPostgres();
  if (kill !== 'postgres') process.kill(process.pid, 'SIGKILL');
  // Only once the database is dead: who hears of it asks next whether it is back.
  process.send({ hit: point });
}

function hit(point) {
  seen.set(point, (seen.get(point) ?? 0) + 1);
  if (armed?.from !== undefined) {
    if (armed.from !== point) return;
    armed = { ...armed, from: undefined };
    if (armed.point !== point) return;
  }
  if (armed?.point !== point || --armed.nth > 0) return;
  const order = armed;
  armed = undefined;
  if (order.delayMs === undefined) die(order);
  else setTimeout(() => die(order), order.delayMs);
}

const isIterable = (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* steps(point, iterable) {
  for await (const item of iterable) {
    hit(`${point}:item`);
    yield item;
  }
  hit(`${point}:end`);
}

/** What a call hands out may itself be a port. */
function dressed(point, value) {
  if (point === 'spools.create') return wrap('spool', value);
  if (point === 'vault-reader.open') return wrap('opened', value);
  return isIterable(value) ? steps(point, value) : value;
}

/** The upstream tells of bytes by a callback: its calls are points too. */
function instrumented(point, args) {
  if (point !== 'upstream.request') return args;
  const [request, ...rest] = args;
  const onProgress = (progress) => {
    hit(`${point}:${progress}`);
    request.onProgress?.(progress);
  };
  return [{ ...request, onProgress }, ...rest];
}

function wrap(name, port) {
  for (let at = port; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, key);
      if (key !== 'constructor' && typeof value === 'function') methods.add(`${name}.${key}`);
    }
  }
  return new Proxy(port, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      const point = `${name}.${key}`;
      return (...args) => {
        hit(`${point}:before`);
        const result = value.apply(target, instrumented(point, args));
        if (typeof result?.then !== 'function') return dressed(point, result);
        hit(`${point}:during`);
        return result.then((settled) => {
          hit(`${point}:after`);
          return dressed(point, settled);
        });
      };
    },
  });
}

let running;
process.on('message', async (message) => {
  if (message.arm !== undefined) armed = message.arm;
  if (message.disarm) armed = undefined;
  if (message.offsetMs !== undefined) offset = message.offsetMs;
  if (message.killPostgres) killPostgres();
  if (message.die) die({ kill: 'both' });
  if (message.ask !== undefined) process.send({ answer: message.ask, seen: [...seen], methods: [...methods] });
  if (message.stop) {
    await running?.stop();
    process.send({ stopped: true, seen: [...seen], methods: [...methods] }, () => process.exit(0));
  }
});
// Nobody is left to tell: end like a killed one would, database included.
process.on('disconnect', () => die({ kill: 'both' }));

try {
  running = await start({
    configFile: plan.configFile,
    dataDir: plan.dataDir,
    env: process.env,
    say: (line) => process.stdout.write(`${line}\n`),
    logStream: process.stderr,
    clock: { now: () => Date.now() + offset },
    wrap,
    pace: plan.pace,
  });
  process.send({ ready: { dataUrl: running.dataUrl, adminUrl: running.adminUrl, token: running.token } });
} catch (thrown) {
  process.stderr.write(`${String(thrown?.stack ?? thrown)}\n`);
  process.exit(1);
}
