/** Weir in the foreground of a terminal or a service manager: begins, waits for a signal, ends, and says why when it cannot. */
import { causeCode } from '../errors.js';

/** npm passes on the Ctrl-C that the terminal has sent to everyone already: what comes this soon is the same one. */
const SAME_SIGNAL_MS = 1_000;
/** Everything is closed by then; output still has to reach whoever reads it slowly. */
const LEFT_OPEN_MS = 3_000;

/** Resolves at the first signal that asks for an end; a later one is impatience. */
function stopSignal(again: () => void): Promise<void> {
  return new Promise((done) => {
    let first: number | undefined;
    const take = (): void => {
      first ??= performance.now();
      if (performance.now() - first > SAME_SIGNAL_MS) again();
      else done();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, take);
  });
}

/** What a library leaves open towards a far side that is away would keep the process for ever; a service manager waits for its end. */
function endSoon(code: number): void {
  setTimeout(() => process.exit(code), LEFT_OPEN_MS).unref();
}

/** Runs what `begin` opens until a signal; answers with the exit code. */
export async function foreground(begin: (say: (line: string) => void) => Promise<{ stop(): Promise<void> }>): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  let stopping: Promise<void> | undefined;
  const signalled = stopSignal(() => {
    say('Stopped at once; running exchanges were cut off.');
    process.exit(1);
  });
  try {
    const running = await begin(say);
    await signalled;
    say('Stopping: running exchanges may finish. Ctrl-C again cuts them off.');
    stopping = running.stop();
    await stopping;
    say('Stopped.');
    endSoon(0);
    return 0;
  } catch (thrown) {
    process.stderr.write(`${stopping === undefined ? startSentence(thrown) : `Weir stopped, but not everything could be closed (${causeCode(thrown)}).`}\n`);
    endSoon(1);
    return 1;
  }
}

/** Whose text is ours: written for the person who starts Weir. */
const OWN = /^(StartRefused|MissingSecret|DataFolderInUse|DataFolderVersion|DataFolderMarked|EmbeddedPostgresError|DatabaseRefused|DetectorError|VaultError|UpstreamConfigError|RedisSettingError|RedisRefused|AskFailed|SinkSettingsWrong)$/;

/** Errors of our own say what to do; of others only the code is shown, since their text may quote anything. */
export function ownSentence(thrown: unknown): string | undefined {
  return thrown instanceof Error && OWN.test(thrown.name) ? thrown.message : undefined;
}

function startSentence(thrown: unknown): string {
  const code = causeCode(thrown);
  if (code === 'EADDRINUSE') return 'Weir did not start: a listener\'s port is taken. Stop what uses it, or change listen.data.port / listen.admin.port.';
  if (code === 'EACCES') return 'Weir did not start: it may not use one of its files, folders or ports (EACCES).';
  const own = ownSentence(thrown);
  return own === undefined ? `Weir did not start (${code}).` : `Weir did not start.\n${own}`;
}
