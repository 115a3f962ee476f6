/** What one process writes down of its exchanges: metrics, log, access log, and the counts of monitored rules. */
import { resolve } from 'node:path';
import { monitorLedger } from '../ledger/monitor-ledger.js';
import type { Clock, Log, Recorder } from '../ports.js';
import { accessLog } from '../record/access-log.js';
import { exchangeRecorder, type CleanExchanges } from '../record/exchange-recorder.js';
import { monitorReport, takeInMonitorFile, type KeptMonitorReport } from '../record/monitor-report.js';
import { closers } from './closers.js';
import type { Storage } from './storage.js';

/** How often access log segments are looked after. */
const TEND_MS = 60_000;

export interface RecordsOptions {
  readonly storage: Pick<Storage, 'database' | 'audit'>;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Which clean exchanges have a line in the access log; left out: all. */
  readonly cleanExchanges?: CleanExchanges | undefined;
  /** Set in a process beside others of one node. */
  readonly slot?: string;
  /** Brings what the node's other processes counted into the ledger. */
  readonly others?: () => Promise<void>;
}

export interface Records {
  readonly monitor: KeptMonitorReport;
  recorder(metrics: Recorder): Recorder;
  stop(): Promise<void>;
}

export async function openRecords({ storage, dataDir, clock, log, cleanExchanges, slot, others }: RecordsOptions): Promise<Records> {
  const opened = closers();
  const counts = monitorLedger({ database: storage.database, clock });
  if (slot === undefined) await takeInMonitorFile({ file: resolve(dataDir, 'monitor-report.json'), counts, log, now: clock.now });
  const monitor = monitorReport({ counts, log, now: clock.now, ...(others === undefined ? {} : { others }) });
  opened.push(() => monitor.stop());
  const access = await accessLog({
    dir: resolve(dataDir, 'access-log'), clock, log,
    ...(slot === undefined ? {} : { slot }),
    anchor: (act, segment) => storage.audit.append({ at: new Date(clock.now()), actor: 'gateway', act, subject: segment.name, data: { sha256: segment.sha256, bytes: segment.bytes } }),
  });
  opened.push(() => access.stop());
  // What a killed Weir left open is closed before there are other processes whose segments it could be taken for.
  if (slot === undefined) await access.tend();
  const tending = setInterval(() => void access.tend(), TEND_MS);
  opened.push(() => clearInterval(tending));
  return {
    monitor,
    recorder: (metrics) => exchangeRecorder({ metrics, monitor: monitor.recorder, access: access.recorder, log, cleanExchanges }),
    stop: () => opened.close(),
  };
}
