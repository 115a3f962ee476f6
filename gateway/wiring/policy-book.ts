/** Remembers which policy runs, and sees to it that the ledger learns of every one that did. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { revisionOf } from '../../config/load.js';
import { causeCode } from '../errors.js';
import { publicYaml } from '../policy/public-yaml.js';
import type { Clock, Log, PolicyRevisionsLedger, PolicyRun } from '../ports.js';
import type { RunningPolicy } from '../review/policy-operations.js';

/** Reloads while the database is away; more than these in one outage are one person trying. */
const WAITING_MOST = 50;
const RETRY_MS = 5_000;

export interface PolicyBook {
  /** Called at the start and after each reload that was taken up. */
  ran(revision: string, how: PolicyRun['how'], settings: RunningPolicy['settings']): void;
  running(): RunningPolicy;
  stop(): void;
}

export function policyBook(options: {
  readonly file: string; readonly version: string; readonly revisions: PolicyRevisionsLedger; readonly clock: Clock; readonly log: Log; readonly first: { readonly revision: string; readonly settings: RunningPolicy['settings'] };
}): PolicyBook {
  const { file, version, revisions, clock, log } = options;
  let waiting: Parameters<PolicyRevisionsLedger['ran']>[0][] = [];
  let writing = false;
  const begun = (revision: string, settings: RunningPolicy['settings']): RunningPolicy => ({ revision, since: new Date(clock.now()), settings, ...textOf(file, revision) });
  let running = begun(options.first.revision, options.first.settings);

  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    try {
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await revisions.ran(next);
        waiting = waiting.slice(1);
      }
    } catch (thrown) {
      log.warn('policy.revision-waiting', { cause: causeCode(thrown) });
    } finally {
      writing = false;
    }
  };
  const note = (how: PolicyRun['how']): void => {
    const { revision, digest, yaml, since } = running;
    waiting = [...waiting, { revision, digest, yaml, run: { at: since, how, node: hostname(), version } }].slice(-WAITING_MOST);
    void write();
  };
  const timer = setInterval(() => void (waiting.length > 0 ? write() : undefined), RETRY_MS);
  timer.unref();
  note('start');
  return {
    ran(revision, how, settings) {
      running = begun(revision, settings);
      note(how);
    },
    running: () => running,
    stop: () => clearInterval(timer),
  };
}

/** The file's text, if it still is the one that was loaded. */
function textOf(file: string, revision: string): { readonly digest: string; readonly yaml: string } {
  try {
    const content = readFileSync(file);
    if (revisionOf(content) === revision) return { digest: createHash('sha256').update(content).digest('hex'), yaml: publicYaml(content.toString('utf8')) };
  } catch {
    // Said in place of the text.
  }
  return { digest: revision, yaml: '# The file was replaced before its text could be kept.\n' };
}
