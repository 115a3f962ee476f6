/** A mail pipeline on ports in memory: next hops that answer as told, a ledger and a vault that remember, and books of who got how many copies. */
import { mailPipeline, type MailPipelinePorts } from '../../gateway/mail-pipeline.js';
import { mailHead } from '../../gateway/decode/split/mail-head.js';
import { LedgerFailure, WeirError } from '../../gateway/errors.js';
import type {
  Action, Evidence, ExchangeId, Facts, Finding, HeldMessage, KeepMail, KeptRecipient, MailEnded, MailExchange, MailFate, MailFrom, MailRecipient, MailSent, NoticeAbout, OutgoingMail, Plan, SealedHead, SmtpReply, Verdict,
} from '../../gateway/ports.js';
import { stand, type Stand } from './pipeline-kit.js';

export const reply = (code: number, enhanced = `${String(code).slice(0, 1)}.0.0`): SmtpReply => ({ code, enhanced, text: ['x'] });
export const recipient = (address: string, more: Partial<MailRecipient> = {}): MailRecipient => ({ address, notify: undefined, orcpt: undefined, ...more });

export type Answer = { readonly kind: 'replied'; readonly code: number; /** By local part: refused by themselves. */ readonly refused?: Readonly<Record<string, number>> } | { readonly kind: 'broken'; readonly complete: boolean } | { readonly kind: 'throws' };

export interface World {
  /** Of a recipient's address: what policy says. */
  readonly verdictOf: (address: string) => Action | ((evidence: Evidence) => Action);
  /** Which addresses rules can tell apart: by verdict where left out. */
  readonly groupOf?: (address: string) => string;
  readonly hopOf?: ((address: string) => string) | undefined;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly masks?: (finding: Finding) => boolean;
  /** The nth call of a port, from 1, that fails. */
  readonly fails?: { readonly call: 'seal' | 'keep' | 'join' | 'permit' | 'make' | 'fates' | 'withdraw'; readonly nth: number; readonly how: 'unavailable' | 'in-doubt' | 'full' } | undefined;
  /** Incident that a held group joins. */
  readonly joins?: ExchangeId | undefined;
  readonly permits?: boolean;
  readonly tellHeld?: boolean;
  readonly over?: Partial<MailPipelinePorts>;
}

export interface Kept {
  readonly message: HeldMessage;
  readonly how: KeepMail;
  readonly head: SealedHead | undefined;
  readonly body: string | undefined;
}
export interface Sent {
  readonly hop: string;
  readonly to: readonly string[];
  readonly body: string;
  readonly of: OutgoingMail;
}
export interface MailStand {
  readonly base: Stand;
  readonly ports: MailPipelinePorts;
  /** Whole mails that a hop has, whatever it said. */
  readonly sent: Sent[];
  /** Copies that recipients have for sure, by address. */
  readonly copies: Map<string, number>;
  readonly kept: Map<string, Kept>;
  readonly reported: NoticeAbout[];
  readonly confirmed: string[];
  readonly withdrawn: string[];
  readonly fates: Map<string, readonly KeptRecipient[]>;
  readonly counted: Map<MailFate, number>;
  run(mail: Partial<Given>): Promise<MailEnded>;
}
export interface Given {
  readonly body: string | readonly Uint8Array[];
  readonly from: string;
  readonly envid: string;
  readonly to: readonly (string | MailRecipient)[];
  readonly signal: AbortSignal;
  /** Thrown after the last byte. */
  readonly failure: Error;
}

export const PLAIN = ['From: Zhang <zhang@corp.example>', 'To: li@far.example', 'Subject: plan', 'Message-ID: <1@corp.example>', '', 'hello', ''].join('\r\n');

export function mailStand(world: World): MailStand {
  const base = stand({ mode: 'hold', action: 'pass' });
  const sent: Sent[] = [];
  const copies = new Map<string, number>();
  const kept = new Map<string, Kept>();
  const reported: NoticeAbout[] = [];
  const confirmed: string[] = [];
  const withdrawn: string[] = [];
  const fates = new Map<string, readonly KeptRecipient[]>();
  const counted = new Map<MailFate, number>();
  const calls = new Map<string, number>();
  let made = 0;

  /** Undefined: this call does not fail. */
  const failing = (call: NonNullable<World['fails']>['call']): LedgerFailure | WeirError | undefined => {
    const nth = (calls.get(call) ?? 0) + 1;
    calls.set(call, nth);
    const { fails } = world;
    if (fails?.call !== call || fails.nth !== nth) return undefined;
    return call === 'seal' ? new WeirError(fails.how === 'full' ? 'vault-full' : 'hold-unavailable') : new LedgerFailure(fails.how === 'in-doubt' ? 'in-doubt' : 'unavailable', undefined);
  };
  const ask = (call: NonNullable<World['fails']>['call']): void => {
    const failure = failing(call);
    if (failure !== undefined) throw failure;
  };
  const newId = (): ExchangeId => `w${String(++made).padStart(26, '0')}` as ExchangeId;
  const planOf = (facts: Facts): Plan => {
    const wish = world.verdictOf(facts.recipients[0] ?? '');
    const masks = world.masks ?? ((finding: Finding) => finding.maskable);
    const decide = (evidence: Evidence): Verdict => {
      const action = typeof wish === 'function' ? wish(evidence) : wish;
      return { action, rule: `rule-${action}`, policy: 'p@1', severity: 'medium', notify: false, fourEyes: false, monitored: [] };
    };
    return { mode: 'hold', masks, decide, maskedBy: () => masks, aborts: () => true };
  };
  const wordOf = (address: string): string => {
    const wish = world.verdictOf(address);
    return world.groupOf?.(address) ?? (typeof wish === 'string' ? wish : 'rest');
  };
  const ports: MailPipelinePorts = {
    ...base.ports,
    policies: {
      forRoute: () => ({
        revision: 'p@1',
        plan: planOf,
        groups: (_facts, recipients) => {
          const groups = new Map<string, number[]>();
          recipients.forEach((address, at) => groups.set(wordOf(address), [...(groups.get(wordOf(address)) ?? []), at]));
          return [...groups.values()];
        },
      }),
    },
    vault: {
      ...base.ports.vault,
      async seal(id, head, body, edits) {
        ask('seal');
        return base.ports.vault.seal(id, head, body, edits);
      },
    },
    ledger: {
      ...base.ports.ledger,
      join: () => Promise.resolve().then(() => (ask('join'), world.joins)),
      permit: () => Promise.resolve().then(() => (ask('permit'), world.permits === true ? { back: () => Promise.resolve().then(() => void base.events.push('permit back')) } : undefined)),
    },
    mailLedger: {
      keep(message, how) {
        const failure = failing('keep');
        if (failure === undefined || (failure instanceof LedgerFailure && failure.kind === 'in-doubt')) {
          const sealed = base.sealed.find(({ head }) => head.id === message.id);
          kept.set(message.id, { message, how, head: sealed?.head, body: sealed?.body });
          base.events.push(how.relay === undefined ? 'kept held' : message.kind === 'notice' ? 'kept notice' : 'kept relay');
        }
        return failure === undefined ? Promise.resolve() : Promise.reject(failure);
      },
      confirm: async (ids) => {
        await Promise.resolve();
        confirmed.push(...ids);
      },
      withdraw: (ids) =>
        Promise.resolve().then(() => {
          ask('withdraw');
          withdrawn.push(...ids);
          return ids.filter((id) => kept.delete(id));
        }),
      fates: (incident, rows) =>
        Promise.resolve().then(() => {
          ask('fates');
          fates.set(incident, rows);
        }),
      recipients: () => Promise.resolve([]),
    },
    readHeader: mailHead,
    outgoing: (of) => ({
      length: of.length + of.received.length,
      async *stream() {
        yield Buffer.from(of.received);
        yield* of.body();
      },
    }),
    received: () => 'Received: from here\r\n',
    noticeMaker: {
      make: (about) =>
        Promise.resolve().then(() => {
          ask('make');
          reported.push(about);
          const id = newId();
          const message: HeldMessage = { ...emptyMessage, id, kind: 'notice' };
          return { message, recipient: { n: 0, address: about.sender.masked, mark: undefined, fate: 'relaying', hop: undefined }, says: about.kind };
        }),
    },
    rules: () => ({ tellHeld: world.tellHeld ?? false }),
    newId,
    countFate: (_route, fate, count) => {
      if (count > 0) counted.set(fate, (counted.get(fate) ?? 0) + count);
    },
    log: { warn: (event) => void base.events.push(`warn ${event}`) },
    ...world.over,
  };
  const hopOf = ({ address }: MailRecipient): string => world.hopOf?.(address) ?? 'only';
  const outgoingOf = new WeakMap<object, OutgoingMail>();
  const outgoing = ports.outgoing;
  const traced: MailPipelinePorts = {
    ...ports,
    outgoing: (of) => {
      const content = outgoing(of);
      outgoingOf.set(content, of);
      return content;
    },
  };

  return {
    base, sent, copies, kept, reported, confirmed, withdrawn, fates, counted,
    ports: traced,
    run(given) {
      const to = (given.to ?? ['li@far.example']).map((one) => (typeof one === 'string' ? recipient(one) : one));
      const from: MailFrom = { address: given.from ?? 'zhang@corp.example', body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: given.envid, size: undefined };
      const body = given.body ?? PLAIN;
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (const chunk of typeof body === 'string' ? [Buffer.from(body)] : body) yield await Promise.resolve(Uint8Array.from(chunk));
        if (given.failure !== undefined) throw given.failure;
      }
      const mail: MailExchange = {
        id: 'wMAIL' as ExchangeId,
        receivedAt: Date.UTC(2026, 0, 1),
        route: 'smtp',
        listener: 'mail',
        from,
        recipients: to,
        client: { address: '10.0.0.1', helo: 'client.example', user: undefined, tls: undefined, protocol: 'ESMTP' },
        chunks: chunks(),
        signal: given.signal ?? new AbortController().signal,
        relay: {
          hopOf,
          rcpt: () => Promise.resolve(reply(250)),
          async send(recipients, content): Promise<MailSent> {
            const first = recipients[0];
            const hop = first === undefined ? '' : hopOf(first);
            const answer: Answer = world.answers?.[hop] ?? { kind: 'replied', code: 250 };
            base.events.push(`send ${hop}`);
            if (answer.kind === 'throws') throw new Error('no such thing');
            const refused = recipients.flatMap((one) => {
              const code = answer.kind === 'replied' ? answer.refused?.[one.address.split('@')[0] ?? ''] : undefined;
              return code === undefined ? [] : [{ recipient: one, reply: reply(code) }];
            });
            const whole: Uint8Array[] = [];
            for await (const chunk of content.stream()) whole.push(chunk);
            const reached = recipients.filter((one) => !refused.some((other) => other.recipient === one));
            const of = outgoingOf.get(content);
            if (of !== undefined && reached.length > 0) sent.push({ hop, to: reached.map(({ address }) => address), body: Buffer.concat(whole).toString(), of });
            if (answer.kind === 'replied' && answer.code < 300) for (const { address } of reached) copies.set(address, (copies.get(address) ?? 0) + 1);
            return answer.kind === 'broken' ? { kind: 'broken', error: new WeirError('upstream-reset'), complete: answer.complete } : { kind: 'replied', reply: reply(answer.code), refused };
          },
          end: () => Promise.resolve(),
        },
      };
      return mailPipeline(traced).run(mail);
    },
  };
}

const emptyMessage: HeldMessage = {
  id: 'w' as ExchangeId, receivedAt: new Date(0), channel: 'smtp', route: 'smtp', direction: 'request', policy: 'p@1', rule: 'notice', severity: 'info', fourEyes: false, bytes: 0, findings: [], findingCounts: {}, unscannable: [],
  receipt: { size: 0, scanned: 0, unscanned: 0, parts: [], more: 0, detectors: 'test', policy: '' },
  method: 'MAIL', target: '', destination: '', user: undefined, sender: undefined, recipients: [], subject: undefined, clientAddress: undefined, mediaType: undefined, bodyFingerprint: '', permitFingerprint: '', suite: 'age-v1', expiresAt: new Date(0),
};
