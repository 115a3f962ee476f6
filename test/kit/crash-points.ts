/** The named crash points: every method of every wrapped port with what it is for here, and the steps that die at them. */

export type Scenario =
  | 'hold' | 'join' | 'mask' | 'stream' | 'block' | 'block-away' | 'release' | 'release-masked' | 'release-put' | 'resubmit' | 'reject' | 'settle' | 'alert' | 'sweep' | 'lost' | 'expire';

export interface Step {
  readonly scenario: Scenario;
  readonly point: string;
  readonly nth: number;
  readonly kill: 'self' | 'postgres' | 'both';
  readonly from?: string | undefined;
  readonly delayMs?: number | undefined;
  /** Left to the longer version (WEIR_LAW_RUNS): where a call begins is nearly where the one before it ended. */
  readonly long: boolean;
}

/** `port.method` → the scenarios whose steps die there, or why none does. A wrapped port's method that is not here fails the law's test. */
export const NAMED: Readonly<Record<string, readonly Scenario[] | string>> = {
  'vault-files.exists': ['hold'],
  'vault-files.create': ['hold'],
  'vault-files.write': ['hold'],
  'vault-files.sync': ['hold'],
  'vault-files.close': ['hold'],
  'vault-files.rename': ['hold'],
  'vault-files.syncFolder': ['hold', 'reject'],
  'vault-files.overwrite': ['reject'],
  'vault-files.remove': ['reject'],
  'journal.write': ['block-away'],
  'journal.drain': ['block-away'],
  'journal.close': 'at the end of a process that drains',
  'spools.create': 'answers at once',
  'spools.usage': 'answers at once',
  'spool.makeFile': 'answers at once',
  'spool.write': ['hold'],
  'spool.read': 'no caller on the paths of this issue',
  'spool.stream': ['hold'],
  'spool.close': ['hold', 'mask'],
  'ledger.join': ['hold', 'join'],
  'ledger.hold': ['hold'],
  'ledger.permit': ['hold', 'resubmit'],
  'vault.seal': ['hold'],
  'vault.shred': ['reject', 'release', 'sweep'],
  'vault.list': ['sweep'],
  'vault.space': 'only read by the gauges',
  'vault.sweep': 'runs before the gateway listens; its steps are those of vault-files',
  'audit.append': ['mask', 'stream', 'block', 'resubmit'],
  'audit.drain': 'its awaited parts are journal.drain and the transactions within',
  'upstream.request': ['mask', 'stream', 'release', 'release-masked', 'release-put', 'resubmit'],
  'upstream.close': 'at the end of a process that drains',
  'review.list': 'reads only',
  'review.get': 'reads only',
  'review.counts': 'reads only',
  'review.release': ['release'],
  'review.reject': ['reject'],
  'review.settle': ['settle'],
  'review.approve': 'one transaction like that of release',
  'review.refuse': 'one transaction, which leaves no job',
  'review.escalate': 'one transaction, which leaves no job',
  'review.lapse': 'one transaction; the next run takes what a lost one left',
  'alert-sink.wants': 'answers at once',
  'alert-sink.send': ['alert'],
  'outbox.due': ['release'],
  'outbox.stuck': ['release'],
  'outbox.carried': ['release'],
  'outbox.open': ['release'],
  'outbox.retry': 'a lost one leaves the row open for reconcile; reached where the database dies under a job',
  'outbox.hurry': 'makes rows due that are open anyway',
  'outbox.counts': 'reads only',
  'carrier.enqueue': ['release'],
  'carrier.hurry': 'only where a key came back; a lost one waits its quarter of an hour',
  'carrier.work': 'answers at once',
  'carrier.counts': 'reads only',
  'carrier.close': 'at the end of a process that drains',
  'release.begin': ['release'],
  'release.renew': 'every 20 s of a long release; it changes the lease only',
  'release.sending': ['release'],
  'release.completing': ['release'],
  'release.finish': ['release'],
  'vault-reader.open': ['release', 'release-masked'],
  'opened.body': ['release'],
  'opened.edits': ['release-masked'],
  'opened.close': ['release'],
  'destroy.target': ['reject'],
  'destroy.destroyed': ['reject', 'release'],
  'expiry.warn': ['expire'],
  'expiry.expire': ['expire'],
  'sweep.without': ['sweep'],
  'sweep.claimOrphan': ['sweep'],
  'sweep.orphanDestroyed': ['sweep'],
  'sweep.claimed': ['sweep'],
  'sweep.open': ['sweep'],
  'sweep.lost': ['lost'],
  'alert-batches.collect': ['alert'],
  'alert-batches.take': ['alert'],
  'alert-batches.sent': ['alert'],
  'alert-batches.retry': ['alert'],
  'alert-batches.dead': 'after ten tries over hours; one transaction like those of retry and sent',
};

interface More {
  readonly nth?: number;
  readonly kill?: Step['kill'];
  readonly from?: string;
  readonly delayMs?: number;
  readonly long?: boolean;
}

const at = (scenario: Scenario, point: string, more: More = {}): Step => ({ scenario, point, nth: more.nth ?? 1, kill: more.kill ?? 'self', from: more.from, delayMs: more.delayMs, long: more.long ?? false });
const around = (scenario: Scenario, call: string, more: More = {}): Step[] => [at(scenario, `${call}:before`, { ...more, long: true }), at(scenario, `${call}:after`, more)];
const within = (scenario: Scenario, call: string, more: More = {}): Step[] => [at(scenario, `${call}:before`, { ...more, long: true }), at(scenario, `${call}:during`, more), at(scenario, `${call}:after`, more)];
const DECIDED: More = { from: 'review.release:after' };
const REJECTED: More = { from: 'review.reject:after' };

export const HOLD_STEPS: readonly Step[] = [
  at('hold', 'spool.write:before'),
  at('hold', 'spool.write:after', { nth: 2 }),
  at('hold', 'spool.stream:item'),
  ...around('hold', 'ledger.permit'),
  at('hold', 'ledger.permit:before', { kill: 'postgres' }),
  ...around('hold', 'ledger.join'),
  at('hold', 'ledger.join:before', { kill: 'postgres' }),
  ...within('hold', 'vault.seal'),
  at('hold', 'vault-files.exists:after'),
  at('hold', 'vault-files.create:after'),
  at('hold', 'vault-files.write:during'),
  ...around('hold', 'vault-files.sync'),
  at('hold', 'vault-files.close:after', { nth: 2 }),
  ...around('hold', 'vault-files.rename'),
  ...around('hold', 'vault-files.rename', { nth: 2 }),
  ...around('hold', 'vault-files.syncFolder'),
  ...within('hold', 'ledger.hold'),
  ...within('hold', 'ledger.hold', { kill: 'both' }),
  at('hold', 'ledger.hold:before', { kill: 'postgres' }),
  at('hold', 'ledger.hold:during', { kill: 'postgres' }),
  at('hold', 'ledger.hold:during', { kill: 'postgres', delayMs: 4 }),
  at('hold', 'spool.close:after'),
  at('hold', 'answered'),
  at('hold', 'answered', { kill: 'both' }),
  ...around('join', 'ledger.join'),
];

export const FORWARD_STEPS: readonly Step[] = [
  ...around('mask', 'audit.append'),
  at('mask', 'audit.append:during', { kill: 'postgres' }),
  at('mask', 'upstream.request:before'),
  at('mask', 'upstream.request:some'),
  at('mask', 'upstream.request:all'),
  at('mask', 'received'),
  at('mask', 'upstream.request:after'),
  at('mask', 'spool.close:after'),
  at('mask', 'answered'),
  ...around('stream', 'audit.append'),
  at('stream', 'upstream.request:some'),
  at('stream', 'upstream.request:after'),
  ...around('block', 'audit.append'),
  at('block', 'answered', { kill: 'both' }),
  ...around('block-away', 'journal.write'),
  ...around('block-away', 'journal.drain'),
  ...around('resubmit', 'ledger.permit', { nth: 1 }),
  ...around('resubmit', 'audit.append'),
  at('resubmit', 'upstream.request:before'),
  at('resubmit', 'upstream.request:all'),
  at('resubmit', 'upstream.request:after'),
];

export const RELEASE_STEPS: readonly Step[] = [
  ...within('release', 'review.release'),
  at('release', 'review.release:during', { kill: 'postgres' }),
  ...around('release', 'outbox.due', DECIDED),
  ...around('release', 'carrier.enqueue', DECIDED),
  at('release', 'carrier.enqueue:before', { kill: 'postgres' }),
  at('release', 'outbox.carried:before', DECIDED),
  at('release', 'outbox.carried:after', { from: 'carrier.enqueue:after' }),
  at('release', 'outbox.open:after', DECIDED),
  at('release', 'outbox.stuck:after', DECIDED),
  ...within('release', 'release.begin'),
  at('release', 'vault-reader.open:before'),
  at('release', 'vault-reader.open:after'),
  ...within('release', 'release.sending'),
  at('release', 'release.sending:during', { kill: 'postgres' }),
  at('release', 'upstream.request:before', DECIDED),
  at('release', 'opened.body:item'),
  at('release', 'opened.body:item', { nth: 2 }),
  at('release', 'upstream.request:some', DECIDED),
  ...within('release', 'release.completing'),
  at('release', 'release.completing:during', { kill: 'postgres' }),
  at('release', 'opened.body:end'),
  at('release', 'upstream.request:all', DECIDED),
  at('release', 'received'),
  at('release', 'received', { kill: 'both' }),
  at('release', 'upstream.request:after', DECIDED),
  at('release', 'opened.close:after'),
  ...within('release', 'release.finish'),
  at('release', 'release.finish:before', { kill: 'postgres' }),
  at('release', 'release.finish:during', { kill: 'postgres' }),
  at('release', 'release.finish:during', { kill: 'both' }),
  at('release', 'vault.shred:during', DECIDED),
  at('release', 'destroy.destroyed:before', DECIDED),
];

export const REVIEW_STEPS: readonly Step[] = [
  at('release', 'release.begin:during', { kill: 'postgres' }),
  at('release-masked', 'vault-reader.open:after', { nth: 2 }),
  at('release-masked', 'opened.edits:item'),
  at('release-masked', 'upstream.request:all', DECIDED),
  at('release-put', 'received'),
  at('release-put', 'upstream.request:all', DECIDED),
  ...within('reject', 'review.reject'),
  at('reject', 'review.reject:during', { kill: 'postgres' }),
  ...around('reject', 'destroy.target', REJECTED),
  at('reject', 'destroy.target:before', { ...REJECTED, kill: 'postgres' }),
  ...within('reject', 'vault.shred', REJECTED),
  ...around('reject', 'vault-files.overwrite', REJECTED),
  ...around('reject', 'vault-files.remove', REJECTED),
  at('reject', 'vault-files.syncFolder:after', REJECTED),
  at('reject', 'vault-files.remove:after', { ...REJECTED, nth: 2 }),
  ...within('reject', 'destroy.destroyed', REJECTED),
  at('reject', 'destroy.destroyed:during', { ...REJECTED, kill: 'both' }),
  ...within('settle', 'review.settle'),
  at('alert', 'alert-batches.collect:before'),
  at('alert', 'alert-batches.collect:after'),
  at('alert', 'alert-batches.take:after'),
  ...around('alert', 'alert-sink.send'),
  at('alert', 'alert-batches.retry:before'),
  at('alert', 'alert-batches.sent:before'),
  at('alert', 'alert-batches.sent:after'),
  ...around('sweep', 'sweep.open'),
  at('sweep', 'vault.list:item'),
  ...around('sweep', 'sweep.without'),
  ...within('sweep', 'sweep.claimOrphan'),
  at('sweep', 'sweep.claimed:after'),
  at('sweep', 'vault.shred:during'),
  ...within('sweep', 'sweep.orphanDestroyed'),
  ...within('lost', 'sweep.lost'),
  ...within('expire', 'expiry.expire'),
  ...around('expire', 'expiry.warn'),
];

export const ALL_STEPS: readonly Step[] = [...HOLD_STEPS, ...FORWARD_STEPS, ...RELEASE_STEPS, ...REVIEW_STEPS];

export function stepName(step: Step): string {
  const { scenario, point, nth, kill, delayMs } = step;
  const more = [nth > 1 ? `#${String(nth)}` : '', kill === 'self' ? '' : `(${kill} killed)`, delayMs === undefined ? '' : `+${String(delayMs)} ms`].filter((word) => word !== '');
  return [`${scenario}: ${point}`, ...more].join(' ');
}
