/** Runs the command as a child process: packed where `npm test` packed it, from its sources elsewhere, so that nobody has to build first. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { PACKED_WEIR } from '../../kit/program.js';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const PROGRAM = PACKED_WEIR === undefined ? ['--import', 'tsx', 'gateway/cli/weir.ts'] : [PACKED_WEIR];

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { env: { PATH: process.env['PATH'], LANG: 'C', ...env } });
  // A command may end before it has read all that it was given.
  child.stdin.on('error', () => undefined);
  return child;
}

export async function weir(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Ended> {
  const child = start(args, env);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}
