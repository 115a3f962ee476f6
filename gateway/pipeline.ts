/** One exchange from its first byte to its audit row: sniff, choose the mode, scan, decide, act, record. Read this after ports.ts. */
import { createHmac } from 'node:crypto';
import { closer, newBooks, PASSED_SO_FAR, raise, timed, type BookPorts, type Books } from './act/books.js';
import { countsOf, joined, kinds, type Kinds } from './act/evidence.js';
import { handedOut, startingWith } from './act/handed-out.js';
import { inflow, type Inflow } from './act/inflow.js';
import { keep, type Keeping } from './act/keep.js';
import { outgoingTarget } from './act/masked-facts.js';
import { paced } from './act/paced.js';
import { addressMarks } from './address-mark.js';
import { encodeEdit } from './body/edit-log.js';
import { replay } from './body/replay.js';
import { rewriter } from './body/rewriter.js';
import { WeirError, asWeirError } from './errors.js';
import type {
  AuditEntry, AuditTrail, Ended, Evidence, Exchange, HeadInspection, Inspector, InspectorFactory, Mode, Outbound, Pipeline, Plan,
  PolicySource, Relief, ReliefSource, Sniffed, Spool, SpoolFactory, Verdict,
} from './ports.js';

export interface PipelinePorts extends Keeping, BookPorts {
  readonly inspectors: InspectorFactory;
  readonly policies: PolicySource;
  /** Exceptions and break-glass; without it there are none. */
  readonly relief?: ReliefSource | undefined;
  readonly spools: SpoolFactory;
  readonly audit: AuditTrail;
  /** Keys the fingerprint of whole bodies. */
  readonly fingerprintKey: Uint8Array;
}

/** Everything known of an exchange once its mode is chosen. */
interface Run {
  readonly exchange: Exchange;
  readonly head: HeadInspection;
  readonly sniffed: Sniffed;
  readonly plan: Plan;
  readonly relief: Relief | undefined;
  readonly policy: string;
  readonly mode: Mode;
  readonly prefix: Uint8Array;
  readonly body: Inflow;
  readonly books: Books;
}

type Result<T> = { readonly kind: 'forwarded'; readonly sent: T } | { readonly kind: 'blocked' } | { readonly kind: 'held'; readonly incident: Exchange['id'] };

export function pipeline(ports: PipelinePorts): Pipeline {
  return {
    async run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>> {
      const books = newBooks();
      const close = closer(ports, exchange, books);
      const verdict = (): Verdict => books.verdict ?? PASSED_SO_FAR;
      const body = inflow(exchange.chunks);
      try {
        const run = await prepare(ports, exchange, body, books);
        const result = run.mode === 'hold' ? await holding(ports, run, forward) : await flowing(ports, run, forward);
        return { ...result, verdict, close };
      } catch (thrown) {
        await body.close();
        books.error = asWeirError(thrown, 'internal');
        if (books.error.status >= 500) raise(ports, exchange, books, 'failure');
        return { kind: 'failed', error: books.error, close };
      }
    },
  };
}

/** Reads the head and the prefix, and lets policy say which mode they need. */
async function prepare(ports: PipelinePorts, exchange: Exchange, body: Inflow, books: Books): Promise<Run> {
  const prefix = await body.prefix(ports.inspectors.prefixLength);
  const sniffed = ports.inspectors.sniff(exchange.body, prefix);
  const policy = ports.policies.forRoute(exchange.route.id);
  const looked = ports.inspectors.inspectHead(exchange.body.texts, () => false);
  // Fixed here: an exception or a bypass that ends meanwhile still holds for what began under it.
  const relief = ports.relief?.forExchange(exchange.route.id, exchange.facts);
  const plan = policy.plan(exchange.facts, sniffed, looked.evidence, relief);
  const head = looked.findings.length === 0 ? looked : ports.inspectors.inspectHead(exchange.body.texts, (finding) => plan.masks(finding));
  let mode = plan.mode;
  if (mode === 'hold' && exchange.facts.mediaType === 'text/event-stream') {
    if (!exchange.route.streamWithAbort) throw new WeirError('stream-refused');
    mode = 'stream';
  }
  books.mode = mode;
  return { exchange, head, sniffed, plan, relief, policy: policy.revision, mode, prefix, body, books };
}

/** Bytes leave while they are read: at once (`watch`), or as soon as nothing unfinished can contain them (`stream`). */
async function flowing<T>(ports: PipelinePorts, run: Run, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { exchange, head, plan } = run;
  const inspector = ports.inspectors.inspect(exchange.body, run.prefix, (finding) => run.mode === 'stream' && plan.masks(finding));
  const judged = judgedBytes(ports, run, inspector);
  // The first judged bytes are waited for: what shows in the prefix is refused before anything has left.
  const first = await judged.next();
  const outgoing = handedOut(startingWith(first, judged), async () => {
    await judged.return();
  });
  try {
    const sent = await forward({
      target: outgoingTarget(exchange, head),
      change: run.mode === 'stream' ? 'same-length' : 'none',
      length: exchange.body.length,
      body: outgoing,
      trailers: () => exchange.trailers(),
    });
    return { kind: 'forwarded', sent };
  } catch (thrown) {
    await outgoing.return();
    throw thrown;
  }
}

/** The body as far as it is judged and masked; ends only after its verdict is on record. */
async function* judgedBytes(ports: PipelinePorts, run: Run, inspector: Inspector): AsyncGenerator<Uint8Array, void> {
  const { plan, books, exchange, head } = run;
  const out = rewriter();
  let read = false;
  let whole = false;
  try {
    for await (const chunk of paced(run.body.chunks(), () => books.scanMs)) {
      books.bytes += chunk.length;
      out.push(chunk);
      const progress = timed(ports, books, () => inspector.write(chunk));
      stopIfUnfit(run, inspector);
      // With its declared length a body is complete for the far side: the last bytes wait for the verdict and its record.
      const isLast = exchange.body.length !== undefined && books.bytes >= exchange.body.length;
      // Watched bytes leave at once: no verdict can stop or change them.
      yield* out.release(isLast ? 0 : run.mode === 'watch' ? books.bytes : progress.settled, progress.edits);
    }
    read = true;
    const progress = timed(ports, books, () => inspector.end(true));
    stopIfUnfit(run, inspector);
    const { verdict } = settleBooks(run, inspector);
    // A finding that cannot be masked, or a count that only the end completes: what still waits here does not follow.
    if (run.mode === 'stream' && (verdict.action === 'block' || verdict.action === 'hold')) throw new WeirError('unscannable');
    whole = true;
    await recordVerdict(ports, run, 'verdict');
    yield* out.release(progress.settled, progress.edits);
  } catch (thrown) {
    books.error = asWeirError(thrown, 'internal');
    throw books.error;
  } finally {
    if (!whole) {
      // Cut short: what was seen until then is still counted, and what was stopped is on record.
      if (!read) inspector.end(false);
      books.evidence = joined(head.evidence, inspector.evidence());
      books.receipt = { ...inspector.receipt(), policy: run.policy };
      // That the rest never came is no finding: nothing is kept or refused for it, and no record may say so.
      books.verdict ??= plan.decide({ ...books.evidence, unscannable: books.evidence.unscannable.filter(({ detail }) => detail !== 'incomplete') });
      if (books.error?.code === 'unscannable') {
        books.verdict = { ...books.verdict, action: 'block' };
        await recordVerdict(ports, run, 'verdict.abort');
        raise(ports, exchange, books, 'block');
      }
    }
  }
}

/** In stream mode a stop can only be an abort: all that left had been judged, and the far side sees an incomplete body. */
function stopIfUnfit(run: Run, inspector: Inspector): void {
  if (run.mode !== 'stream') return;
  if (inspector.unscannable.some(({ reason }) => run.plan.aborts(reason))) throw new WeirError('unscannable');
  if (run.plan.mode === 'hold') {
    const { action } = run.plan.decide(joined(run.head.evidence, inspector.evidence()));
    if (action === 'block' || action === 'hold') throw new WeirError('unscannable');
  }
}

function settleBooks(run: Run, inspector: Inspector): { verdict: Verdict; evidence: Evidence } {
  const evidence = joined(run.head.evidence, inspector.evidence());
  const verdict = run.plan.decide(evidence);
  run.books.evidence = evidence;
  run.books.receipt = { ...inspector.receipt(), policy: run.policy };
  run.books.verdict = verdict;
  return { verdict, evidence };
}

/** A body read to its end: what is kept of it until the verdict is carried out. */
interface Spooled {
  readonly spool: Spool;
  /** Masks of everything found, in order; which of them are applied is known with the verdict. */
  readonly log: Spool;
  readonly kind: Kinds;
  readonly inspector: Inspector;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly bodyFingerprint: string;
  readonly permitFingerprint: string;
  readonly contentFingerprint: string;
  release(): Promise<void>;
}

/** Nothing leaves before the verdict: spool, scan, decide once, then refuse or replay. */
async function holding<T>(ports: PipelinePorts, run: Run, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const spool = ports.spools.create();
  const log = ports.spools.create();
  const release = async (): Promise<void> => {
    await Promise.all([spool.close(), log.close()]);
  };
  try {
    const spooled = await spoolWhole(ports, run, spool, log, release);
    const result = await carryOut(ports, run, spooled, forward);
    if (result.kind !== 'forwarded') await release();
    return result;
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** Fields that make another message of the same bytes: another site, place within a file, name, or way to read them. A retry sends them unchanged. */
const TELLS_APART: ReadonlySet<string> = new Set(['host', 'destination', 'content-type', 'content-encoding', 'content-range', 'content-disposition', 'upload-offset']);

async function spoolWhole(ports: PipelinePorts, run: Run, spool: Spool, log: Spool, release: () => Promise<void>): Promise<Spooled> {
  const { exchange, books } = run;
  const inspector = ports.inspectors.inspect(exchange.body, run.prefix, () => true);
  // The same bytes from or for somebody else are another message: joined to this one they would never arrive.
  const { user, sender, recipients, clientAddress, destination } = exchange.facts;
  const about = exchange.http.fields.filter(([name]) => TELLS_APART.has(name.toLowerCase())).map(([name, value]) => [name.toLowerCase(), value]);
  // What is scanned beside the body was part of what a person decided on.
  const scanned = exchange.body.texts.map(({ name, text }) => [name, text]);
  const whose = JSON.stringify([exchange.route.id, exchange.http.method, exchange.http.target, user ?? sender ?? clientAddress, recipients, about, scanned]);
  const content = createHmac('sha256', ports.fingerprintKey).update('content\0');
  const kind = kinds((finding) => run.plan.excepts?.(finding));
  const note = async (progress: ReturnType<Inspector['write']>): Promise<void> => {
    for (const edit of progress.edits) await log.write(encodeEdit({ at: edit.at, bytes: edit.bytes, kind: kind.numberOf(edit.finding) }));
  };
  for await (const chunk of paced(run.body.chunks(), () => books.scanMs)) {
    books.bytes += chunk.length;
    content.update(chunk);
    await note(timed(ports, books, () => inspector.write(chunk)));
    await spool.write(chunk);
  }
  await note(timed(ports, books, () => inspector.end(true)));
  const { verdict, evidence } = settleBooks(run, inspector);
  const contentFingerprint = content.digest('hex');
  const bodyFingerprint = createHmac('sha256', ports.fingerprintKey).update(`${whose}\0${contentFingerprint}`).digest('hex');
  const permitFingerprint = createHmac('sha256', ports.fingerprintKey).update(JSON.stringify([bodyFingerprint, user ?? sender ?? clientAddress, destination])).digest('hex');
  return { spool, log, kind, inspector, verdict, evidence, bodyFingerprint, permitFingerprint, contentFingerprint, release };
}

async function carryOut<T>(ports: PipelinePorts, run: Run, spooled: Spooled, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { exchange, books, plan } = run;
  const { spool, log, verdict, evidence } = spooled;
  const leave = async (body: AsyncIterable<Uint8Array>, to: string, change: Outbound['change']): Promise<Result<T>> => {
    await recordVerdict(ports, run, 'verdict');
    const outgoing = handedOut(body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, void>, () => spooled.release());
    const sent = await forward({ target: to, change, length: spool.size, verdict: books.verdict, body: outgoing, trailers: () => exchange.trailers() });
    return { kind: 'forwarded', sent };
  };
  switch (verdict.action) {
    case 'pass':
      return leave(spool.stream(), exchange.http.target, 'none');
    case 'mask': {
      const wanted = plan.maskedBy(evidence);
      const chosen = spooled.kind.choose(wanted);
      const masked = (): AsyncIterable<Uint8Array> => replay(spool.stream(), log.stream(), chosen);
      await provenClean(ports, run, masked(), wanted);
      const head = ports.inspectors.inspectHead(exchange.body.texts, wanted);
      return leave(masked(), outgoingTarget(exchange, head), log.size > 0 ? 'same-length' : 'none');
    }
    case 'block':
      await recordVerdict(ports, run, 'verdict');
      raise(ports, exchange, books, 'block');
      return { kind: 'blocked' };
    case 'hold':
      if (await permitted(ports, exchange, spooled.permitFingerprint)) {
        books.verdict = { ...verdict, action: 'pass', rule: 'permit' };
        await ports.audit.append(auditOf(ports, run, 'permit.spent'));
        return leave(spool.stream(), exchange.http.target, 'none');
      }
      return { kind: 'held', incident: await kept(ports, run, spooled) };
  }
}

async function kept(ports: PipelinePorts, run: Run, spooled: Spooled): Promise<Exchange['id']> {
  const { verdict, evidence, inspector, bodyFingerprint, permitFingerprint, contentFingerprint, spool, log } = spooled;
  const incident = await keep(ports, {
    exchange: run.exchange,
    head: run.head,
    verdict,
    evidence,
    bodyFingerprint,
    permitFingerprint,
    contentFingerprint,
    mark: addressMarks(ports.fingerprintKey),
    senderKey: run.relief?.senderKey,
    findings: [...run.head.findings, ...inspector.findings()],
    unscannable: evidence.unscannable,
    receipt: { ...inspector.receipt(), policy: run.policy },
    body: spool,
    edits: log,
    audit: auditOf(ports, run, 'verdict'),
  });
  // The ledger wrote the row for a new incident; one that came again is on record here.
  if (incident !== run.exchange.id) await ports.audit.append(auditOf(ports, run, 'verdict', { incident }));
  return incident;
}

async function permitted(ports: PipelinePorts, exchange: Exchange, permitFingerprint: string): Promise<boolean> {
  try {
    return await ports.ledger.permit(exchange.route.id, permitFingerprint);
  } catch (thrown) {
    throw new WeirError('hold-unavailable', { cause: thrown });
  }
}

/** The masked body is scanned once more before it leaves: a mask that uncovered something fails closed (HC 9). */
async function provenClean(ports: PipelinePorts, run: Run, body: AsyncIterable<Uint8Array>, wanted: Plan['masks']): Promise<void> {
  const uncovered = new Set<string>();
  const again = ports.inspectors.inspect(run.exchange.body, run.prefix, (finding) => {
    if (wanted(finding)) uncovered.add(finding.detector);
    return false;
  });
  for await (const chunk of paced(body, () => run.books.scanMs)) timed(ports, run.books, () => again.write(chunk));
  timed(ports, run.books, () => again.end(true));
  // A second look that failed where the first did not proves nothing.
  const fails = ({ reason }: { readonly reason: string }): boolean => reason === 'failed';
  const isBlind = again.unscannable.some(fails) && run.books.evidence?.unscannable.some(fails) !== true;
  if (uncovered.size > 0 || isBlind) throw new WeirError('mask-failed');
}

function auditOf(ports: PipelinePorts, run: Run, act: string, more: AuditEntry['data'] = {}): AuditEntry {
  const { verdict, evidence, receipt } = run.books;
  return {
    at: new Date(ports.clock.now()),
    actor: 'gateway',
    act: act === 'verdict' ? `verdict.${verdict?.action ?? 'pass'}` : act,
    subject: run.exchange.id,
    data: {
      route: run.exchange.route.id,
      direction: run.exchange.facts.direction,
      mode: run.mode,
      rule: verdict?.rule,
      policy: verdict?.policy,
      findings: evidence === undefined ? {} : countsOf(evidence),
      receipt,
      monitored: verdict?.monitored,
      excepted: verdict?.excepted,
      bypass: verdict?.bypass,
      ...more,
    },
  };
}

/** Every verdict but pass, every pass that a person's exception or bypass brought about, and every unscanned byte, is on record before the last byte leaves or the client is told (HC 31). */
async function recordVerdict(ports: PipelinePorts, run: Run, act: string): Promise<void> {
  const { verdict, receipt } = run.books;
  const isRelieved = verdict?.excepted !== undefined || (verdict?.bypass !== undefined && verdict.monitored.length > 0);
  if (verdict?.action === 'pass' && (receipt?.unscanned ?? 0) === 0 && !isRelieved && act === 'verdict') return;
  await ports.audit.append(auditOf(ports, run, act));
}
