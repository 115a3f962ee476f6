/** Puts a held message where nothing can lose it: sealed and fsynced in the vault, then written in the ledger, and only then answered. */
import type { MarkAddress } from '../address-mark.js';
import { LedgerFailure, WeirError, asWeirError } from '../errors.js';
import type { AuditEntry, Clock, Evidence, Exchange, ExchangeId, Finding, HeadInspection, HeldMessage, HoldLedger, Receipt, SealedMail, Spool, Unscannable, Vault, Verdict } from '../ports.js';
import { countsOf } from './evidence.js';
import { maskedFacts, maskedFields, maskedFileNames, maskedTarget } from './masked-facts.js';

export interface Keeping {
  readonly vault: Vault;
  readonly ledger: HoldLedger;
  readonly clock: Clock;
  /** Milliseconds a route's held messages are kept, given what was found in them. */
  retention(route: string, detectors: readonly string[]): number;
}

export interface ToKeep {
  readonly exchange: Exchange;
  readonly head: HeadInspection;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  readonly unscannable: readonly Unscannable[];
  readonly receipt: Receipt;
  readonly bodyFingerprint: string;
  readonly permitFingerprint: string;
  readonly contentFingerprint: string;
  readonly mark: MarkAddress;
  readonly senderKey?: string | undefined;
  readonly body: Pick<Spool, 'size' | 'stream'>;
  readonly edits: Pick<Spool, 'size' | 'stream'>;
  /** The edits are those of what the body stands for, not of its bytes as they came. */
  readonly coded: boolean;
  /** Bytes of the masked body, where they are another number than of the body: the edits replace parts. */
  readonly maskedLength: number | undefined;
  /** False: something in the body cannot be masked, so that it cannot be released masked. */
  readonly maskable: boolean;
  readonly audit: AuditEntry;
  /** Of a mail: its envelope. */
  readonly mail?: SealedMail | undefined;
  /** A mail of our own. */
  readonly kind?: HeldMessage['kind'];
}

/** Writes the row. */
export type Store = (message: HeldMessage, audit: AuditEntry) => Promise<void>;

/** A mail to more people than this is found by the first of them. */
const MARKS_MOST = 200;

function marked(mark: MarkAddress, address: string | undefined): ReturnType<MarkAddress> | undefined {
  return address === undefined || address === '' ? undefined : mark(address);
}

/** Answers with the incident under which the message is kept: an older one when the same is held already. Fails closed. */
export async function keep(ports: Keeping, held: ToKeep, store: Store = (message, audit) => ports.ledger.hold(message, audit)): Promise<ExchangeId> {
  const { exchange } = held;
  try {
    const known = await ports.ledger.join(exchange.route.id, held.bodyFingerprint);
    if (known !== undefined) return known;
  } catch (thrown) {
    throw new WeirError('hold-unavailable', { cause: thrown });
  }
  return sealAndStore(ports, held, store);
}

/** Seals, and then has the row written: whatever is not in the ledger is not kept. Fails closed. */
export async function sealAndStore(ports: Pick<Keeping, 'vault' | 'clock' | 'retention'>, held: ToKeep, store: Store): Promise<ExchangeId> {
  const { exchange, verdict, head } = held;
  let sealed;
  try {
    sealed = await ports.vault.seal(
      exchange.id,
      {
        version: held.maskedLength === undefined && !held.coded ? 1 : 2,
        ...(held.maskedLength === undefined ? {} : { maskedLength: held.maskedLength }),
        ...(held.maskable ? {} : { maskable: false }),
        id: exchange.id,
        channel: exchange.facts.channel,
        route: exchange.route.id,
        direction: exchange.facts.direction,
        http: exchange.http,
        facts: exchange.facts,
        bodyLength: held.body.size,
        editsLength: held.edits.size,
        maskedTarget: maskedTarget(exchange, head),
        maskedFields: maskedFields(exchange, head),
        trailers: exchange.trailers(),
        ...(held.mail === undefined ? {} : { mail: held.mail }),
      },
      held.body.stream(),
      held.edits.stream(),
    );
  } catch (thrown) {
    throw asWeirError(thrown, 'hold-unavailable');
  }
  try {
    await store(
      {
        ...(held.kind === undefined ? {} : { kind: held.kind }),
        id: exchange.id,
        receivedAt: new Date(exchange.receivedAt),
        channel: exchange.facts.channel,
        route: exchange.route.id,
        direction: exchange.facts.direction,
        policy: verdict.policy,
        rule: verdict.rule,
        severity: verdict.severity,
        fourEyes: verdict.fourEyes,
        bytes: held.body.size,
        findings: held.findings,
        findingCounts: countsOf(held.evidence),
        distinct: new Set(held.evidence.classes.flatMap(({ distinct }) => [...distinct])).size,
        unscannable: held.unscannable,
        receipt: held.receipt,
        method: exchange.http.method,
        destination: exchange.facts.destination,
        ...maskedFacts(exchange.facts, exchange, head),
        clientAddress: exchange.facts.clientAddress,
        bodyFingerprint: held.bodyFingerprint,
        permitFingerprint: held.permitFingerprint,
        contentFingerprint: held.contentFingerprint,
        department: exchange.facts.department,
        fileNames: maskedFileNames(exchange, head),
        marks: {
          sender: marked(held.mark, exchange.facts.sender),
          user: marked(held.mark, exchange.facts.user),
          recipients: exchange.facts.recipients.slice(0, MARKS_MOST).map(held.mark),
        },
        senderKey: held.senderKey,
        suite: sealed.suite,
        expiresAt: new Date(ports.clock.now() + ports.retention(exchange.route.id, Object.keys(countsOf(held.evidence)))),
      },
      held.audit,
    );
  } catch (thrown) {
    // In doubt the row may exist: the sealed file stays until reconcile has seen that it does not (HC 30).
    if (thrown instanceof LedgerFailure && thrown.kind !== 'in-doubt') await ports.vault.shred(exchange.id).catch(() => undefined);
    throw new WeirError('hold-unavailable', { cause: thrown });
  }
  return exchange.id;
}
