/** `weir worker` as its users run it: a child process with a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { WEIR } from '../kit/program.js';
import { tempFolder } from '../kit/temp.js';

export interface RunningWorker {
  /** Once more, after it was killed. */
  start(): Promise<void>;
  kill(): Promise<void>;
  said(): string;
}

export async function startWorker({ queues, configFile, env }: { readonly queues: string; readonly configFile: string; readonly env: NodeJS.ProcessEnv }): Promise<RunningWorker> {
  const dataDir = tempFolder('worker');
  let child: ChildProcess | undefined;
  let said = '';
  const worker: RunningWorker = {
    async start() {
      const from = said.length;
      const started = spawn(process.execPath, [WEIR, 'worker', '--queues', queues], { env: { PATH: process.env['PATH'], LANG: 'C', WEIR_DATA: dataDir, WEIR_CONFIG: configFile, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      await new Promise<void>((resolve, reject) => {
        const hear = (text: string): void => {
          said += text;
          if (said.slice(from).includes('worker.started')) resolve();
        };
        started.stdout.setEncoding('utf8').on('data', hear);
        started.stderr.setEncoding('utf8').on('data', hear);
        started.once('close', (code) => reject(new Error(`the worker ended with ${String(code)}:\n${said.slice(from)}`)));
      });
    },
    async kill() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const gone = once(running, 'exit');
      running.kill('SIGKILL');
      await gone;
    },
    said: () => said,
  };
  await worker.start();
  return worker;
}
