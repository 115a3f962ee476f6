/** Keys that an external command keeps (a hardware module, a key service): one call, bytes in, bytes out. */
import { spawn } from 'node:child_process';
import { VaultError } from './vault-error.js';

/** What a command is asked; it is the last argument. Input and answer are raw bytes, the answer of `recipient` a line of text. */
export type KeyOperation = 'recipient' | 'wrap' | 'unwrap' | 'sign' | 'mac';

/** A sender is waiting while a key is wrapped. */
const DEADLINE_MS = 10_000;
/** Wrapped keys and signatures are far smaller. */
const ANSWER_MOST = 64 * 1024;

export interface KeyCommand {
  /** Throws VaultError KEY_COMMAND_FAILED. */
  ask(operation: KeyOperation, input: Uint8Array): Promise<Buffer>;
}

/** `command`: program and arguments; no shell is involved. Its standard error goes nowhere, since it could hold anything. */
export function keyCommand(command: readonly [string, ...string[]], env: Readonly<Record<string, string | undefined>>): KeyCommand {
  const [program, ...given] = command;
  return {
    ask: (operation, input) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, [...given, operation], { stdio: ['pipe', 'pipe', 'ignore'], env, timeout: DEADLINE_MS, killSignal: 'SIGKILL' });
        const answer: Buffer[] = [];
        let length = 0;
        const failed = (cause: unknown): void => reject(new VaultError('KEY_COMMAND_FAILED', { cause }));
        child.on('error', failed);
        // A command that answers before it has read everything is judged by its exit code.
        child.stdin.on('error', () => undefined);
        child.stdout.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > ANSWER_MOST) child.kill('SIGKILL');
          else answer.push(piece);
        });
        child.on('close', (code) => {
          if (code === 0 && length > 0 && length <= ANSWER_MOST) resolve(Buffer.concat(answer));
          else failed(new RangeError(`exit ${String(code)}`));
        });
        child.stdin.end(input);
      }),
  };
}
