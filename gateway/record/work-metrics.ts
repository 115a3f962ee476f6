/** Metrics of what stands behind an exchange: upstreams, seals, jobs, alerts, decisions, sign-in, previews. Every label value is from a closed list. */
import { ERRORS } from '../errors.js';
import { JOB_KINDS, type ChannelName } from '../ports.js';
import type { Instruments } from './instruments.js';

type JobOutcome = 'done' | 'again' | 'failed';
type AlertOutcome = 'sent' | 'again' | 'never';
const REVIEW_OUTCOMES = ['release-original', 'release-masked', 'reject', 'expire'] as const;
const SIGN_IN_STEPS = ['password', 'totp', 'recovery', 'oidc', 'invitation'] as const;
const SIGN_IN_OUTCOMES = ['done', 'failed', 'locked', 'busy', 'disabled', 'wrong-step', 'void', 'weak-password', 'error'] as const;
const PREVIEW_VIEWS = ['content', 'mail', 'compare', 'regions', 'values', 'original'] as const;
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
const SIGNALS = ['traces', 'logs'] as const;

/** A message that was decided, or arrived, since the last look. */
export interface ReviewTime {
  readonly id: string;
  readonly step: 'decided' | 'delivered';
  readonly outcome: string;
  readonly severity: string;
  readonly seconds: number;
}

export interface WorkMetrics {
  exchangeBegan(channel: ChannelName): () => void;
  /** Until the head of the answer; `failure` is an error code. */
  upstream(route: string, seconds: number, failure: string | undefined): void;
  sealed(seconds: number, bytes: number | undefined): void;
  job(kind: string, outcome: JobOutcome, seconds: number): void;
  alert(sink: string, outcome: AlertOutcome, seconds: number): void;
  signIn(step: (typeof SIGN_IN_STEPS)[number], outcome: string): void;
  preview(view: (typeof PREVIEW_VIEWS)[number], ok: boolean, seconds: number): void;
  reviewed(times: readonly ReviewTime[]): void;
  telemetryLost(signal: (typeof SIGNALS)[number], items: number): void;
}

/** A local service answers in a millisecond, a bulk upload in minutes. */
const UPSTREAM_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A seal is a few fsyncs, or the upload of gigabytes to a bucket. */
const SEAL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const JOB_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
const ALERT_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PREVIEW_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** With the usual times within which messages are to be decided (4 h, 24 h) and the retention (30 days). */
const REVIEW_BUCKETS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];
const DELIVERY_BUCKETS = [0.5, 1, 5, 15, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY];

/** What code, configuration or a request says becomes a label only if it is on the list. */
const listed = (list: readonly string[], value: string, otherwise = 'other'): string => (list.includes(value) ? value : otherwise);

export function workMetrics(make: Instruments, known: { readonly route: (route: string | undefined) => string; readonly sinks: () => readonly string[] }): WorkMetrics {
  const running = make.level('weir_exchanges_in_progress', 'Exchanges between their first byte and their end.', ['channel']);
  const upstream = make.spread('weir_upstream_duration_seconds', 'From handing a request to an upstream to the head of its answer.', UPSTREAM_BUCKETS, ['route']);
  const upstreamFailures = make.counter('weir_upstream_failures_total', 'Requests that an upstream did not answer, by stable error code.', ['route', 'reason']);
  const seals = make.histogram('weir_vault_seal_duration_seconds', 'Sealing one message, until it is durable.', SEAL_BUCKETS, ['outcome']);
  const sealed = make.counter('weir_vault_sealed_bytes_total', 'Bytes of sealed messages written to the vault.');
  const jobs = make.histogram('weir_job_duration_seconds', 'Runs of jobs; `again` and `failed` ones are run once more.', JOB_BUCKETS, ['queue', 'outcome']);
  const alerts = make.histogram('weir_alert_delivery_duration_seconds', 'Attempts to deliver alerts; `again` ones are repeated, `never` ones wait for a person.', ALERT_BUCKETS, ['sink', 'outcome']);
  const signIns = make.counter('weir_sign_ins_total', 'Steps of signing in to the console, by how they ended.', ['step', 'outcome']);
  const previews = make.histogram('weir_preview_duration_seconds', 'Making what the console shows of a sealed message.', PREVIEW_BUCKETS, ['view', 'outcome']);
  const waited = make.spread('weir_review_wait_seconds', 'From the arrival of a held message to the decision about it.', REVIEW_BUCKETS, ['outcome', 'severity']);
  const delivered = make.spread('weir_release_wait_seconds', 'From the decision to release a message to its arrival.', DELIVERY_BUCKETS, ['outcome']);
  const lost = make.counter('weir_telemetry_lost_total', 'Spans and log records that the OpenTelemetry collector did not take.', ['signal']);
  // Closed lists start at 0, so that a first increase is seen.
  for (const signal of SIGNALS) lost.inc({ signal }, 0);
  return {
    exchangeBegan(channel) {
      const cell = running.cell(channel);
      cell.add(1);
      let over = false;
      return () => {
        if (!over) cell.add(-1);
        over = true;
      };
    },
    upstream(route, seconds, failure) {
      if (failure === undefined) upstream.cell(known.route(route)).observe(seconds);
      else upstreamFailures.inc({ route: known.route(route), reason: Object.hasOwn(ERRORS, failure) ? failure : 'internal' });
    },
    sealed(seconds, bytes) {
      seals.observe({ outcome: bytes === undefined ? 'failed' : 'done' }, seconds);
      if (bytes !== undefined) sealed.inc(bytes);
    },
    job: (kind, outcome, seconds) => jobs.observe({ queue: listed(JOB_KINDS, kind), outcome }, seconds),
    alert: (sink, outcome, seconds) => alerts.observe({ sink: listed(known.sinks(), sink), outcome }, seconds),
    signIn: (step, outcome) => signIns.inc({ step, outcome: listed(SIGN_IN_OUTCOMES, outcome) }),
    preview: (view, ok, seconds) => previews.observe({ view, outcome: ok ? 'done' : 'failed' }, seconds),
    reviewed(times) {
      for (const { id, step, outcome: said, severity, seconds } of times) {
        const outcome = listed(REVIEW_OUTCOMES, said);
        if (step === 'decided') waited.cell(outcome, listed(SEVERITIES, severity)).observe(Math.max(0, seconds), id);
        else delivered.cell(outcome).observe(Math.max(0, seconds), id);
      }
    },
    telemetryLost: (signal, items) => lost.inc({ signal }, items),
  };
}
