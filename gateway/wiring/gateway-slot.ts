/** One place among the processes that carry traffic: who ends is followed by another, later each time, and who ends too often is told of. */
import { causeCode } from '../errors.js';
import type { Clock, Log } from '../ports.js';
import type { MetricFamily } from '../record/exposition.js';
import { asker, AskFailed, type Asker } from './asking.js';
import type { GatewayQuestions, HereNotice } from './gateway-plan.js';

/** A process as its place sees it. */
export interface GatewayChild {
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: () => void): void;
  kill(): void;
  /** Lets it go: it ends by itself. */
  leave(): void;
}

export interface SlotOptions {
  readonly name: string;
  readonly fork: () => GatewayChild;
  /** Makes a process carry traffic. */
  readonly begin: (process: Asker<GatewayQuestions>) => Promise<void>;
  /** Messages that answer no question. */
  readonly onNews: (message: unknown) => void;
  /** What it had counted when it was last asked. */
  readonly onEnded: (counted: readonly MetricFamily[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface GatewaySlot {
  readonly name: string;
  /** Rejects when it cannot begin; afterwards it is kept going. */
  start(): Promise<void>;
  /** The process that carries traffic now. */
  serving(): Asker<GatewayQuestions> | undefined;
  /** Why the node is not whole here; undefined when it is, or will be in a moment. */
  trouble(): string | undefined;
  counted(): Promise<readonly MetricFamily[]>;
  /** Ends it at once; another follows, unless this place is stopped. */
  kill(): void;
  stop(drainMs: number): Promise<void>;
}

/** For its code to be loaded, on a slow machine under load. */
const HERE_MS = 60_000;
/** Back-off: quick at first, since most ends are one accident; 30 s spares a machine in trouble. */
const AGAIN_FIRST_MS = 200;
const AGAIN_MOST_MS = 30_000;
/** So many ends within so long are no accident: the node says that it is not well. */
const ENDS_MOST = 3;
const ENDS_WITHIN_MS = 5 * 60_000;
/** A process that is started anew is back by then; longer means that the others carry its share. */
const DOWN_MS = 10_000;
/** How often each is asked for its counts, which also shows that it lives. */
const LOOK_MS = 5_000;
/** One that does not answer for so long hangs, and its connections with it. */
const HANGING_MS = 30_000;
const COUNTS_MS = 3_000;
/** Beyond the drain: for what is counted and written to go where it belongs. */
const CLOSING_MS = 15_000;
const LEAVING_MS = 2_000;

export function gatewaySlot(options: SlotOptions): GatewaySlot {
  const { name, clock, log } = options;
  let child: GatewayChild | undefined;
  let serving: Asker<GatewayQuestions> | undefined;
  let counted: readonly MetricFamily[] = [];
  let ends: readonly number[] = [];
  let downSince: number | undefined;
  let isKept = false;
  let again: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  let exited: Promise<void> = Promise.resolve();

  const recent = (): readonly number[] => (ends = ends.filter((at) => at > clock.now() - ENDS_WITHIN_MS));

  /** The system may have no room for a process now: that is an end like others, and another try follows. */
  const forked = (): GatewayChild => {
    try {
      return options.fork();
    } catch (thrown) {
      ended();
      throw thrown;
    }
  };
  const open = async (): Promise<void> => {
    const next = forked();
    const questions = asker<GatewayQuestions>((message) => next.send(message));
    child = next;
    // What is said before it listens to this channel is lost.
    const listening = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new AskFailed('LATE')), HERE_MS);
      next.onMessage((message) => {
        if ((Object(message) as Partial<HereNotice>).kind === 'here') {
          clearTimeout(late);
          resolve();
        }
        questions.heard(message);
        options.onNews(message);
      });
      next.onExit(() => {
        clearTimeout(late);
        reject(new AskFailed('GONE'));
      });
    });
    exited = new Promise((resolve) => {
      next.onExit(() => {
        questions.gone();
        ended();
        resolve();
      });
    });
    try {
      await listening;
      await options.begin(questions);
    } catch (thrown) {
      next.kill();
      await exited;
      throw thrown;
    }
    // It may have ended in the moment in which it was ready.
    if (child !== next) return;
    serving = questions;
    downSince = undefined;
    watch(questions, next);
  };

  const ended = (): void => {
    clearInterval(look);
    options.onEnded(counted);
    counted = [];
    child = undefined;
    serving = undefined;
    downSince ??= clock.now();
    if (!isKept) return;
    ends = [...recent(), clock.now()];
    const waitMs = Math.min(AGAIN_FIRST_MS * 2 ** (ends.length - 1), AGAIN_MOST_MS);
    log.error('process.ended', { process: name, times: ends.length, againMs: waitMs });
    again = setTimeout(() => {
      open().then(
        () => log.info('process.back', { process: name }),
        (thrown: unknown) => log.error('process.not-started', { process: name, cause: causeCode(thrown) }),
      );
    }, waitMs);
  };

  const watch = (questions: Asker<GatewayQuestions>, watched: GatewayChild): void => {
    let asking = false;
    look = setInterval(() => {
      if (asking) return;
      asking = true;
      questions.ask('metrics', undefined, HANGING_MS).then(
        (families) => (counted = families),
        (thrown: unknown) => {
          if (child !== watched || causeCode(thrown) !== 'LATE') return;
          log.error('process.hangs', { process: name });
          watched.kill();
        },
      ).finally(() => (asking = false));
    }, LOOK_MS);
    look.unref();
  };

  return {
    name,
    async start() {
      await open();
      isKept = true;
      // It may have ended meanwhile, unseen.
      if (serving === undefined) ended();
    },
    serving: () => serving,
    trouble() {
      if (recent().length >= ENDS_MOST) return `${name} ended ${ends.length} times`;
      return downSince !== undefined && clock.now() - downSince > DOWN_MS ? `${name} is down` : undefined;
    },
    async counted() {
      // Late or gone, what it said last stands for it: a sum must not fall.
      if (serving !== undefined) counted = await serving.ask('metrics', undefined, COUNTS_MS).catch(() => counted);
      return counted;
    },
    kill: () => child?.kill(),
    async stop(drainMs) {
      isKept = false;
      clearTimeout(again);
      if (serving !== undefined) {
        const last = await serving.ask('drain', undefined, drainMs + CLOSING_MS).catch((thrown: unknown) => {
          log.error('process.drain-failed', { process: name, cause: causeCode(thrown) });
          return undefined;
        });
        counted = last ?? counted;
        if (last !== undefined) child?.leave();
      }
      const hard = setTimeout(() => child?.kill(), serving === undefined ? 0 : LEAVING_MS);
      await exited;
      clearTimeout(hard);
    },
  };
}
