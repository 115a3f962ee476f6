/** Sends a request that is answered with a hostile vector, then others, and says which law did not hold. */
import type { Front } from './fronts.js';
import { honest, type HostileUpstream } from './hostile-upstream.js';
import { sendRaw, type Heard } from './raw-sender.js';
import type { HostileAnswer } from './vectors/answers.js';

/** Exchanges behind each answer: one of them gets the connection that it came on, were it kept. */
const CANARIES = 2;
/** Node's parser takes these for the plain answer that they resemble, and does not say what stood there. */
const NODE_READS: ReadonlySet<string> = new Set(['HTTP/0.9 200 OK', 'HTTP/2.0 200 OK', 'RTSP/1.0 200 OK', 'HTTP/1.1 200 O\\u0000K'].map((line) => `starts ${line}`));

export interface AnswerWay {
  readonly front: Front;
  readonly route: string;
  readonly port: number;
  readonly upstream: HostileUpstream;
}

let count = 0;

/** Empty when all is well. */
export async function answerBreaches({ front, route, port, upstream }: AnswerWay, answer: HostileAnswer): Promise<readonly string[]> {
  const get = (target: string): Promise<Heard> => sendRaw(port, { bytes: [`GET ${target} HTTP/1.1\r\nHost: here.example\r\n\r\n`], methods: ['GET'], wanted: 1, ends: false });
  count += 1;
  const target = `${route}/a${String(count)}`;
  const written = upstream.script(target, answer);
  // Whatever the front, an unscanned route is passed on by Node.
  const byNode = front === 'node' || route === '/unscanned';
  const found = said(byNode && NODE_READS.has(answer.name) ? { ...answer, law: 'either' } : answer, await get(target));
  await written;
  for (let left = CANARIES; left > 0; left--) {
    const next = `${target}/canary${String(left)}`;
    const { answers, rest } = await get(next);
    if (answers.length !== 1 || answers[0]?.status !== 200 || answers[0].body !== honest(next) || rest !== '') found.push(`the next exchange heard ${answers.map(({ status, body }) => `${String(status)} ${body.slice(0, 60)}`).join(', ')}${rest.slice(0, 60)}`);
  }
  return found.map((what) => `${route} ${answer.name}: ${what}`);
}

function said({ law }: HostileAnswer, { answers, rest, hung }: Heard): string[] {
  const found: string[] = [];
  const [first] = answers;
  const good = first?.status === 200 && first.body === 'good';
  const bad = first === undefined || first.status >= 500;
  if (hung) found.push('hangs');
  if (answers.length > 1) found.push(`${String(answers.length)} answers`);
  if (answers.some(({ body }) => body.includes('POISON')) || rest.includes('POISON')) found.push('the client read poison');
  if ((law === 'good' && !good) || (law === 'bad' && !bad)) found.push(`is not ${law}: ${String(first?.status)} ${first?.body.slice(0, 60) ?? ''}`);
  return found;
}
