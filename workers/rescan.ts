/** Scans a sealed message again with what runs now, where the review key is. Changes what is known of it, never where it goes; what it cannot finish leaves the message as it was. */
import { childParts, type ChildPorts, type Children } from '../gateway/act/children.js';
import { decodedAgain, decodedBy, decodedInspector } from '../gateway/act/decoded.js';
import { causeCode } from '../gateway/errors.js';
import type { Rescanned, RescanLedger } from '../gateway/ledger/rescan-ledger.js';
import { WAITS, type BodyHead, type Coding, type Codings, type Evidence, type Finding, type HeadInspection, type Inspector, type InspectorFactory, type OpenedMessage, type QueueFacts, type SealedHead, type Sniffed, type StoredMessage, type VaultReader, type Verdict } from '../gateway/ports.js';
import type { JobHandler } from './job.js';

/** What scans and judges here; another after each change of policy. */
export interface RescanWith {
  readonly revision: string;
  readonly inspectors: InspectorFactory;
  /** Undone before bodies are scanned, as when they came. */
  readonly codings?: Codings | undefined;
  readonly bodyHead: (head: SealedHead) => BodyHead;
  /** Undefined where the route is no longer configured. */
  readonly judge: (head: SealedHead, sniffed: Sniffed, headEvidence: Evidence, all: Evidence) => Verdict | undefined;
  readonly assess: (message: StoredMessage, firstSeen: boolean) => Pick<QueueFacts, 'risk' | 'riskReasons' | 'grades' | 'detectors'>;
}

export interface RescanOptions {
  readonly ledger: RescanLedger;
  /** Undefined where the review key is not. */
  readonly vault: VaultReader | undefined;
  readonly using: () => RescanWith;
  /** What opens containers here; without it they are `unsupported`. */
  readonly children?: ChildPorts | undefined;
  readonly applyEdits: (body: AsyncIterable<Uint8Array>, edits: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** Lets other work of this process run between two pieces. */
  readonly breathe: () => Promise<void>;
  readonly stop: AbortSignal;
}

const KEY_AGAIN_MS = 15 * 60_000;
const REVISION_AGAIN_MS = 30_000;
/** Bytes scanned at a time before others have their turn. */
const PIECE = 256 * 1024;

export function rescanHandler(options: RescanOptions): JobHandler {
  const { ledger, vault } = options;
  return async (job) => {
    const begun = await ledger.begin(job);
    if (begun.kind === 'closed') return { kind: 'done' };
    const wait = async (code: string, delayMs: number) => {
      await ledger.waiting(job, code, delayMs);
      return { kind: 'again', delayMs } as const;
    };
    if (vault === undefined) return await wait(WAITS.reviewKey, KEY_AGAIN_MS);
    const using = options.using();
    if (job.ref !== undefined && job.ref !== using.revision) return await wait(WAITS.revision, REVISION_AGAIN_MS);
    const { message, riskReasons } = begun;
    try {
      const result = await scanned(options, using, vault, message, riskReasons);
      await ledger.finish(job, message.id, result);
    } catch (error) {
      if (causeCode(error) === 'KEY_ABSENT') return await wait(WAITS.reviewKey, KEY_AGAIN_MS);
      throw error;
    }
    return { kind: 'done' };
  };
}

async function scanned(options: RescanOptions, using: RescanWith, vault: VaultReader, message: StoredMessage, before: readonly string[]): Promise<Rescanned> {
  const opened = await vault.open(message.id);
  try {
    const bodyHead = using.bodyHead(opened.head);
    const head = using.inspectors.inspectHead(bodyHead.texts, () => true);
    const coding = using.codings?.of(bodyHead.contentEncoding);
    const whole = await inspected(options, using, coding === undefined ? bodyHead : { ...bodyHead, contentEncoding: undefined }, opened.body(), coding);
    const evidence: Evidence = { classes: [...head.evidence.classes, ...whole.evidence().classes], unscannable: [...head.evidence.unscannable, ...whole.evidence().unscannable] };
    const verdict = using.judge(opened.head, whole.sniffed, head.evidence, evidence);
    const findings = [...head.findings, ...whole.findings()];
    const findingCounts: Record<string, number> = {};
    for (const { detector, count } of evidence.classes) findingCounts[detector] = (findingCounts[detector] ?? 0) + count;
    const foundMore = whole.broken || (await leavesMore(options, using, vault, message, opened, bodyHead, coding)) || headShowsMore(message, head);
    // What stopped it still stopped it: a policy that would let it pass today takes no second pair of eyes away.
    const judged = verdict === undefined || verdict.action === 'pass' ? message : verdict;
    const now: StoredMessage = {
      ...message, findings, findingCounts, unscannable: evidence.unscannable, receipt: { ...whole.receipt(), policy: judged.policy },
      severity: judged.severity, rule: judged.rule, policy: judged.policy, fourEyes: message.fourEyes || judged.fourEyes,
      distinct: new Set(evidence.classes.flatMap(({ distinct }) => [...distinct])).size,
    };
    const facts = using.assess(now, before.includes('recipient-first-seen'));
    const { severity, rule, policy, fourEyes, unscannable, receipt } = now;
    const { risk, riskReasons, grades, detectors } = facts;
    return { revision: using.revision, findings, findingCounts, unscannable, receipt, severity, rule, policy, fourEyes, foundMore, risk, riskReasons, grades, detectors };
  } finally {
    await opened.close();
  }
}

/** `broken`: what kept its codings from being undone keeps them from being done again. */
type Whole = Inspector & { readonly sniffed: Sniffed; readonly broken: boolean };

async function inspected(options: RescanOptions, using: RescanWith, bodyHead: BodyHead, wire: AsyncIterable<Uint8Array>, coding?: Coding): Promise<Whole> {
  const decoder = coding?.decoder();
  let came = 0;
  const body = decoder === undefined ? wire : decodedBy(decoder, wire, (bytes) => (came += bytes));
  const { children: ports } = options;
  let inspector: Inspector | undefined;
  let parts: Children | undefined;
  let sniffed: Sniffed | undefined;
  let prefix = Buffer.alloc(0);
  const begin = (): Inspector => {
    sniffed = using.inspectors.sniff(bodyHead, prefix);
    const begun = using.inspectors.inspect(bodyHead, prefix, () => true, { defers: ports?.opener !== undefined });
    parts = ports === undefined ? undefined : childParts(ports, begun);
    return begun;
  };
  const write = async (to: Inspector, bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; at += PIECE) {
      to.write(bytes.subarray(at, at + PIECE));
      await parts?.take();
      await options.breathe();
      if (options.stop.aborted) throw new BrokenOff();
    }
  };
  try {
    for await (const chunk of body) {
      if (inspector !== undefined) {
        await write(inspector, chunk);
        continue;
      }
      prefix = Buffer.concat([prefix, chunk]);
      if (prefix.length < using.inspectors.prefixLength) continue;
      inspector = begin();
      await write(inspector, prefix);
    }
    if (inspector === undefined) {
      inspector = begin();
      await write(inspector, prefix);
    }
    inspector.end(true);
    await parts?.take();
    await parts?.open(undefined, options.stop);
    if (options.stop.aborted) throw new BrokenOff();
  } finally {
    await parts?.close();
  }
  // The inspector's getters go on answering: what it knows is not copied here.
  const known = sniffed ?? using.inspectors.sniff(bodyHead, prefix);
  const seen = coding === undefined || decoder === undefined ? inspector : decodedInspector(inspector, using, coding, decoder, () => came);
  return Object.assign(seen, { sniffed: known, broken: decoder?.problem !== undefined });
}

/** The process ends: the job is open still, and the next one scans from the start. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

/** Scans what a masked release would send: a finding there that was not known as one that no mask can reach is one too many. */
async function leavesMore(options: RescanOptions, using: RescanWith, vault: VaultReader, message: StoredMessage, opened: OpenedMessage, bodyHead: BodyHead, coding: Coding | undefined): Promise<boolean> {
  const edits = await vault.open(message.id);
  try {
    const body = coding === undefined ? opened.body() : decodedAgain(coding, opened.body());
    const masked = opened.head.editsLength === 0 ? body : options.applyEdits(body, edits.edits());
    const left = await inspected(options, using, coding === undefined ? bodyHead : { ...bodyHead, contentEncoding: undefined }, masked);
    const known = new Set(message.findings.filter(({ maskable }) => !maskable).map(placeOf));
    const unread = new Set(message.unscannable.map(({ part, reason }) => `${part} ${reason}`));
    // Findings beyond those that are kept are not known by place: they count as too many.
    const total = left.evidence().classes.reduce((sum, { count }) => sum + count, 0);
    return total > left.findings().length || left.findings().some((finding) => !known.has(placeOf(finding))) || left.evidence().unscannable.some(({ part, reason }) => !unread.has(`${part} ${reason}`));
  } finally {
    await edits.close();
  }
}

/** The head's masks were sealed with it; a finding that was not there then has none. */
function headShowsMore(message: StoredMessage, head: HeadInspection): boolean {
  const known = new Set(message.findings.filter(({ part }) => part.startsWith('head')).map(placeOf));
  return head.findings.some((finding) => !known.has(placeOf(finding)));
}

const placeOf = ({ detector, part, start, end }: Finding): string => `${detector} ${part} ${start} ${end}`;

