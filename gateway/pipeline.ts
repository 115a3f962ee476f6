/** One exchange from its first byte to its audit row: sniff, choose the mode, scan, decide, act, record. Read this after ports.ts. */
import { closer, newBooks, PASSED_SO_FAR, raise, type Books } from './act/books.js';
import { codedAgain, declaredAs, inspectorOf, leavingCodings, plainOf, withoutCodings } from './act/decoded.js';
import { kinds, unmaskable, type Kinds } from './act/evidence.js';
import { fingerprints, type Fingerprints } from './act/fingerprints.js';
import { beginningWith, bytesAtHand, HandedOut } from './act/handed-out.js';
import { inflow, type Inflow } from './act/inflow.js';
import { keep } from './act/keep.js';
import { outgoingTarget } from './act/masked-facts.js';
import { permitUse, type PermitUse } from './act/permit-use.js';
import { auditOf, recordVerdict } from './act/on-record.js';
import { admitPiece, beginningOf, checkedCut, checkedLength, isCut, isWhole } from './act/pieces.js';
import { provenClean } from './act/proven-clean.js';
import type { PipelinePorts, Run } from './act/run.js';
import { addressMarks } from './address-mark.js';
import { changedBody, type ChangedBody } from './body/changed-body.js';
import { WeirError, asWeirError } from './errors.js';
import { JudgedBytes, settleBooks } from './judged-bytes.js';
import type { Coding, Ended, Evidence, Exchange, Outbound, Permit, Pipeline, Verdict } from './ports.js';
import { changesOf, maskedForm, openSpools, spoolAll, type OpenedSpools, type Spooled, type WasSpooled } from './spooled.js';

export type { PipelinePorts } from './act/run.js';

type Result<T> = { readonly kind: 'forwarded'; readonly sent: T } | { readonly kind: 'blocked' } | { readonly kind: 'held'; readonly incident: Exchange['id'] };

export function pipeline(ports: PipelinePorts): Pipeline {
  return {
    async run<T>(asked: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>> {
      const { exchange, coding } = withoutCodings(ports, asked);
      const books = newBooks();
      const close = closer(ports, exchange, books);
      const verdict = (): Verdict => books.verdict ?? PASSED_SO_FAR;
      const body = inflow(exchange.chunks, coding, exchange.whole);
      try {
        const prefix = body.prefix(ports.inspectors.prefixLength);
        const run = prepare(ports, exchange, coding, body, books, prefix instanceof Promise ? await prefix : prefix);
        const result = run.mode === 'hold' ? await holding(ports, run, forward) : await flowing(ports, run, forward);
        switch (result.kind) {
          case 'forwarded': return { kind: 'forwarded', sent: result.sent, verdict, close };
          case 'blocked': return { kind: 'blocked', verdict, close };
          case 'held': return { kind: 'held', incident: result.incident, verdict, close };
        }
      } catch (thrown) {
        await body.close();
        books.error = asWeirError(thrown, 'internal');
        if (books.error.status >= 500) raise(ports, exchange, books, 'failure');
        return { kind: 'failed', error: books.error, close };
      }
    },
  };
}

const NOTHING_MASKED = (): boolean => false;

/** Looks at the head and the prefix, and lets policy say which mode they need. */
function prepare(ports: PipelinePorts, exchange: Exchange, coding: Coding | undefined, body: Inflow, books: Books, prefix: Uint8Array): Run {
  const sniffed = ports.inspectors.sniff(exchange.body, prefix);
  const policy = ports.policies.forRoute(exchange.route.id);
  const looked = ports.inspectors.inspectHead(exchange.body.texts, NOTHING_MASKED);
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
  const run: Run = { exchange, coding, head, sniffed, plan, relief, policy: policy.revision, auditsPasses: policy.auditsPasses, mode, prefix, body, books };
  admitPiece(run, ports.inspectors.prefixLength);
  return run;
}

/** Bytes leave while they are read: at once (`watch`), or as soon as nothing unfinished can contain them (`stream`). */
async function flowing<T>(ports: PipelinePorts, run: Run, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { exchange, head, plan } = run;
  // A stream cannot turn back for what a container shows after its last byte: one met there is `unsupported` at once.
  const inspector = inspectorOf(ports, run, (finding) => run.mode === 'stream' && plan.masks(finding), { defers: run.mode === 'watch' && ports.opener !== undefined });
  // Coded anew in any case: whether something is masked may show only when most of it has left.
  const coding = run.mode === 'stream' ? run.coding : undefined;
  const codings = coding === undefined ? [] : leavingCodings(run);
  if (codings === undefined) throw new WeirError('unscannable');
  const judged = new JudgedBytes(ports, run, inspector);
  const whole = exchange.whole === undefined ? undefined : judged.atOnce();
  let outgoing: HandedOut;
  if (whole !== undefined) outgoing = new HandedOut(() => bytesAtHand(whole), nothing);
  else {
    const bytes = judged.bytes();
    // The first judged bytes are waited for: what shows in the prefix is refused before anything has left.
    const first = await bytes.next();
    const leaving = coding === undefined ? bytes : coding.encode(codings, { [Symbol.asyncIterator]: () => beginningWith(first, bytes) })[Symbol.asyncIterator]();
    outgoing = new HandedOut(() => leaving as AsyncIterator<Uint8Array, void>, () => bytes.return(), coding === undefined ? first : undefined);
  }
  try {
    const sent = await forward({
      target: outgoingTarget(exchange, head),
      change: coding !== undefined ? 'recoded' : run.mode === 'stream' ? 'same-length' : 'none',
      codings: coding === undefined ? undefined : declaredAs(run, codings),
      length: coding === undefined && !isCut(run) ? exchange.body.length : undefined,
      body: outgoing,
      whole,
      trailers: () => exchange.trailers(),
    });
    return { kind: 'forwarded', sent };
  } catch (thrown) {
    await outgoing.return();
    throw thrown;
  }
}

const nothing = (): undefined => undefined;

/** A body read to its end, and judged. */
interface Judged extends Spooled {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
}

/** Nothing leaves before the verdict: spool, scan, decide once, then refuse or replay. */
async function holding<T>(ports: PipelinePorts, run: Run, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  // A container that is spread over requests cannot be opened by any of its pieces.
  const inspector = inspectorOf(ports, run, () => true, { defers: ports.opener !== undefined && isWhole(run) });
  // A body with a coding is kept as it came, and read as something else.
  const into = openSpools(ports, inspector, run.exchange.facts.user ?? run.exchange.facts.clientAddress, run.coding === undefined ? run.exchange.whole : undefined);
  try {
    const kind = kinds((finding) => run.plan.excepts?.(finding));
    const spooling = spoolAll(ports, { body: run.body, books: run.books, kind, isCut: isCut(run), seen: run.exchange.piece?.seen }, into);
    const judged = judgedAs(run, into, kind, spooling instanceof Promise ? await spooling : spooling);
    const result = await carryOut(ports, run, judged, forward);
    if (result.kind !== 'forwarded') await into.release();
    return result;
  } catch (thrown) {
    await into.release();
    throw thrown;
  }
}

/** A body that has been read to its end. */
function judgedAs(run: Run, into: OpenedSpools, kind: Kinds, { size, settled }: WasSpooled): Judged {
  const { verdict, evidence } = settleBooks(run, into.inspector);
  const { spool, log, inspector, children, opened, release } = into;
  return { spool, log, inspector, children, opened, release, plain: isCut(run) ? beginningOf(spool, checkedCut(settled, size)) : plainOf(run, spool, size), kind, verdict, evidence };
}

/** What leaves, and with which words about it. */
interface Goes {
  readonly body: () => AsyncIterable<Uint8Array>;
  readonly to: string;
  readonly change: Outbound['change'];
  readonly length: number;
  readonly codings?: readonly string[] | undefined;
  readonly use?: PermitUse;
  readonly whole?: readonly Uint8Array[] | undefined;
}

async function leave<T>(ports: PipelinePorts, run: Run, spooled: Judged, goes: Goes, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { exchange, books } = run;
  const { whole, use } = goes;
  const closing = spooled.children.close();
  if (closing !== undefined) await closing;
  const recording = recordVerdict(ports, run, 'verdict');
  if (recording !== undefined) await recording;
  const outgoing = new HandedOut(() => (whole === undefined ? (goes.body()[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, void>) : bytesAtHand(whole)), spooled.release);
  const sent = await forward({ target: goes.to, change: goes.change, codings: goes.codings, length: goes.length, verdict: books.verdict, body: outgoing, whole, trailers: () => exchange.trailers(), replied: use && ((status) => use.replied(status)) });
  // Taken as a whole: nobody asked for its bytes one by one.
  const released = outgoing.begun ? undefined : outgoing.close();
  if (released !== undefined) await released;
  return { kind: 'forwarded', sent };
}

function carryOut<T>(ports: PipelinePorts, run: Run, spooled: Judged, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { spool, plain, verdict } = spooled;
  if (verdict.action !== 'pass') return intervene(ports, run, spooled, verdict.action, forward);
  const to = run.exchange.http.target;
  if (isCut(run)) return leave(ports, run, spooled, { body: () => plain.stream(), to, change: cutChange(spooled, 'none'), length: plain.size }, forward);
  return leave(ports, run, spooled, { body: () => spool.stream(), to, change: 'none', length: spool.size, whole: spool.kept?.() }, forward);
}

async function intervene<T>(ports: PipelinePorts, run: Run, spooled: Judged, action: Exclude<Verdict['action'], 'pass'>, forward: (outbound: Outbound) => Promise<T>): Promise<Result<T>> {
  const { exchange, books, plan } = run;
  const { spool, verdict, evidence } = spooled;
  const go = (goes: Goes): Promise<Result<T>> => leave(ports, run, spooled, goes, forward);
  switch (action) {
    case 'mask': {
      const wanted = plan.maskedBy(evidence);
      let changed: ChangedBody;
      try {
        if (isFixed(run)) throw new WeirError('mask-failed');
        changed = await changedBody(ports.spools, changesOf(spooled, wanted));
        checkedLength(run, spooled.plain.size, changed.length);
      } catch (thrown) {
        return carryOut(ports, run, otherwise(run, spooled, thrown), forward);
      }
      spooled.opened.push(changed);
      await provenClean(ports, run, changed.body(), wanted);
      const head = ports.inspectors.inspectHead(exchange.body.texts, wanted);
      const to = outgoingTarget(exchange, head);
      if (run.coding === undefined) return go({ body: () => changed.body(), to, change: cutChange(spooled, changed.change), length: changed.length });
      if (changed.change === 'none' && run.body.decoder?.texts.length === 0) return go({ body: () => spool.stream(), to, change: 'none', length: spool.size });
      const codings = leavingCodings(run) ?? [];
      const coded = await codedAgain(ports.spools, run.coding, codings, changed.body());
      spooled.opened.push(coded);
      return go({ body: () => coded.stream(), to, change: 'recoded', length: coded.size, codings: declaredAs(run, codings) });
    }
    case 'block':
      await recordVerdict(ports, run, 'verdict');
      raise(ports, exchange, books, 'block');
      return { kind: 'blocked' };
    case 'hold': {
      const prints = await fingerprints(ports.fingerprintKey, exchange, spool);
      const permit = await permitted(ports, exchange, prints.permit);
      if (permit === undefined) return { kind: 'held', incident: await kept(ports, run, spooled, prints) };
      const use = permitUse(permit, spool.size);
      try {
        books.verdict = { ...verdict, action: 'pass', rule: 'permit' };
        await ports.audit.append(auditOf(ports, run, 'permit.spent'));
        return await go({ body: () => use.body(spool.stream()), to: exchange.http.target, change: 'none', length: spool.size, use });
      } catch (thrown) {
        await use.failed(thrown);
        throw thrown;
      }
    }
  }
}

/** A digest of the whole is none of its beginning. */
const cutChange = ({ spool, plain }: Judged, change: Outbound['change']): Outbound['change'] => (plain.size < spool.size ? 'recoded' : change);

/** A body whose codings cannot be done again: nothing in it can be masked. */
const isFixed = (run: Run): boolean => run.coding !== undefined && leavingCodings(run) === undefined;

/** A part that could not be written anew after all: nothing here can be masked, and the rules say what follows. Where they would let it go, it does not. */
function otherwise(run: Run, spooled: Judged, thrown: unknown): Judged {
  const evidence = unmaskable(spooled.evidence);
  const verdict = run.plan.decide(evidence);
  if (verdict.action === 'pass' || verdict.action === 'mask') throw new WeirError('mask-failed', { cause: thrown });
  run.books.evidence = evidence;
  run.books.verdict = verdict;
  return { ...spooled, evidence, verdict };
}

async function kept(ports: PipelinePorts, run: Run, spooled: Judged, prints: Fingerprints): Promise<Exchange['id']> {
  const { verdict, evidence, inspector, spool } = spooled;
  const masked = await maskedForm(ports, run, spooled, !isFixed(run));
  const incident = await keep(ports, {
    exchange: run.exchange,
    head: run.head,
    verdict,
    evidence,
    bodyFingerprint: prints.body,
    permitFingerprint: prints.permit,
    contentFingerprint: prints.content,
    mark: addressMarks(ports.fingerprintKey),
    senderKey: run.relief?.senderKey,
    findings: [...run.head.findings, ...inspector.findings()],
    unscannable: evidence.unscannable,
    receipt: { ...inspector.receipt(), policy: run.policy },
    body: spool,
    edits: masked.edits,
    coded: run.coding !== undefined && masked.edits.size > 0,
    maskedLength: masked.maskedLength,
    maskable: masked.maskable,
    audit: auditOf(ports, run, 'verdict'),
  });
  // The ledger wrote the row for a new incident; one that came again is on record here.
  if (incident !== run.exchange.id) await ports.audit.append(auditOf(ports, run, 'verdict', { incident }));
  return incident;
}

async function permitted(ports: PipelinePorts, exchange: Exchange, permitFingerprint: string): Promise<Permit | undefined> {
  try {
    return await ports.ledger.permit(exchange.route.id, permitFingerprint);
  } catch (thrown) {
    throw new WeirError('hold-unavailable', { cause: thrown });
  }
}
