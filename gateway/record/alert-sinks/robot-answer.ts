/** What chat robots answer: a code in JSON, under whatever HTTP status, and what each code means for trying again. */
import { z } from 'zod';
import { SinkFailed } from '../../ports.js';
import { throwForStatus, type Answer } from './post.js';

export interface RobotCodes {
  /** In the code of a failure: `DINGTALK_310000`. */
  readonly prefix: string;
  /** Where the number stands. */
  readonly field: 'errcode' | 'code';
  /** Too many or too fast: how long the robot stays silent. */
  readonly slowDown: Readonly<Record<string, number>>;
  /** Wrong address, key, content or rights: a person has to change something. */
  readonly never: ReadonlySet<number>;
}

const MINUTE_MS = 60_000;
const answerSchema = z.object({ errcode: z.number().int().optional(), code: z.number().int().optional() });

function codeIn(body: string, field: RobotCodes['field']): number | undefined {
  try {
    return answerSchema.parse(JSON.parse(body))[field];
  } catch {
    // Whatever a proxy in between has answered: the status, or its lack of a code, says enough.
    return undefined;
  }
}

/** Returns when the robot has taken the message; a code that is not known is tried again, since most of those are a server's bad day. */
export function throwForRobot(answer: Answer, codes: RobotCodes): void {
  const code = codeIn(answer.body, codes.field);
  if (code === undefined) {
    throwForStatus(answer);
    throw new SinkFailed(`${codes.prefix}_ANSWER`, 'again');
  }
  if (code === 0) {
    throwForStatus(answer);
    return;
  }
  const name = `${codes.prefix}_${code < 0 ? 'MINUS_' : ''}${String(Math.abs(code))}`;
  if (codes.never.has(code)) throw new SinkFailed(name, 'never');
  const slow = codes.slowDown[String(code)];
  throw new SinkFailed(name, 'again', slow === undefined ? answer.retryAfterMs : Math.max(slow, answer.retryAfterMs ?? 0));
}

export const SLOW = { minute: MINUTE_MS, tenMinutes: 10 * MINUTE_MS } as const;
