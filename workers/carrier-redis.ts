/** The carrier's queues in Redis: begun as soon as it is there, checked each time, and asked whether it still knows what it was given. */
import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobKind } from '../gateway/ports.js';
import { CARRIER_PREFIX, queueName, type CarrierQueue, type CarrierWorker, type Side, type WorkerSettings } from './carrier-side.js';
import { checkRedis, type RedisProblem } from './redis-checks.js';
import { connectRedis, redisCode } from './redis-connection.js';
import type { RedisSettings } from './redis-settings.js';

/** There as long as what was handed over is. */
const MARK = `${CARRIER_PREFIX}:carrier`;
/** A start waits this long for the first answer; without it Weir starts all the same. */
const FIRST_ANSWER_MS = 5_000;

/** Redis is there and cannot be used; a sentence for whoever started Weir. */
export class RedisRefused extends Error {
  override readonly name = 'RedisRefused';
  readonly code = 'REDIS_REFUSED';
}
/** Nothing can be handed over now. */
class RedisAway extends Error {
  override readonly name = 'RedisAway';
  readonly code = 'REDIS_AWAY';
}

interface Wanted {
  readonly kind: JobKind;
  readonly process: (job: Job, token?: string) => Promise<void>;
  readonly settings: WorkerSettings;
  readonly begun: (worker: CarrierWorker) => () => void;
}

export async function overRedis(settings: RedisSettings, log: (level: 'info' | 'warn' | 'error', code: string) => void): Promise<Side> {
  let ended = false;
  const asking = connectRedis(settings, 'asking', () => ended);
  const open: Redis[] = [asking];
  const queues = new Map<JobKind, CarrierQueue>();
  const wanted: Wanted[] = [];
  let usable = false;
  let said: string | undefined;
  // One line for each change, not for each of a night's reconnections.
  const say = (level: 'info' | 'warn' | 'error', code: string): void => {
    if (code !== said && !ended) log(level, code);
    said = code;
  };
  const onError = (error: unknown): void => say('warn', `REDIS_${redisCode(error)}`);

  const begin = ({ kind, process, settings: how, begun }: Wanted): void => {
    const working = connectRedis(settings, 'working', () => ended);
    working.on('error', onError);
    open.push(working);
    const worker = new Worker(queueName(kind), process, { connection: working, prefix: CARRIER_PREFIX, ...how });
    worker.on('error', onError);
    begun(worker);
  };
  const check = async (): Promise<RedisProblem | undefined> => {
    const problem = await checkRedis(asking);
    usable = problem === undefined || problem.kind === 'warning';
    if (problem === undefined) say('info', 'REDIS_READY');
    else say(problem.kind === 'refused' ? 'error' : 'warn', problem.code);
    if (usable && !ended) for (const one of wanted.splice(0)) begin(one);
    return problem;
  };
  const first = new Promise<RedisProblem | 'away' | undefined>((resolve) => {
    const timer = setTimeout(() => resolve('away'), FIRST_ANSWER_MS);
    const answer = (problem: RedisProblem | 'away' | undefined): void => {
      clearTimeout(timer);
      resolve(problem);
    };
    asking.on('error', (error: unknown) => {
      onError(error);
      const refusal = REFUSALS[redisCode(error)];
      answer(refusal === undefined ? 'away' : { kind: 'refused', code: `REDIS_${redisCode(error)}`, sentence: refusal });
    });
    asking.on('ready', () => void check().then(answer, (error: unknown) => {
      onError(error);
      answer('away');
    }));
  });
  asking.on('close', () => (usable = false));

  const problem = await first;
  if (typeof problem === 'object' && problem.kind === 'refused') {
    ended = true;
    asking.disconnect();
    throw new RedisRefused(problem.sentence);
  }
  if (problem === 'away') say('warn', 'REDIS_AWAY');

  const reachable = (): boolean => usable && asking.status === 'ready';
  return {
    kind: 'redis',
    async queue(kind) {
      if (!reachable()) throw new RedisAway();
      const known = queues.get(kind);
      if (known !== undefined) return known;
      const queue: CarrierQueue = new Queue(queueName(kind), { connection: asking, prefix: CARRIER_PREFIX });
      queue.on('error', onError);
      // One whose first questions got no answer stays unusable: the next call makes another.
      await queue.waitUntilReady();
      queues.set(kind, queue);
      return queue;
    },
    work(kind, process, how, begun) {
      const one = { kind, process, settings: how, begun };
      if (usable) begin(one);
      else wanted.push(one);
    },
    reachable,
    async forgot() {
      if (!reachable()) return false;
      return (await asking.set(MARK, new Date().toISOString(), 'NX')) === 'OK';
    },
    end() {
      ended = true;
      for (const redis of open) redis.disconnect();
      return Promise.resolve();
    },
  };
}

/** Answers to a first connection that no waiting mends. */
const REFUSALS: Readonly<Record<string, string>> = {
  WRONGPASS: 'Redis refused the user name or password that WEIR_REDIS_URL or WEIR_REDIS_PASSWORD_FILE gives.',
  NOAUTH: 'Redis asks for a password, and none is given: put it into WEIR_REDIS_PASSWORD_FILE.',
  NOPERM: 'The user of Redis that WEIR_REDIS_URL names may not do what Weir needs: it needs all commands on keys that begin with weir:.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of Redis is not signed by an authority that is known here: name its CA in WEIR_REDIS_CA.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of Redis is not signed by an authority that is known here: name its CA in WEIR_REDIS_CA.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of Redis is not signed by an authority that is known here: name its CA in WEIR_REDIS_CA.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of Redis is for another host than WEIR_REDIS_URL names.',
  CERT_HAS_EXPIRED: 'The certificate of Redis has expired.',
};
