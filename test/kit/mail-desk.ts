/** Mail in ledger, vault and workers without sockets: what was kept, next hops that answer as a test says, and the jobs carried out one after the other. */
import type { LedgerDatabase } from '../../gateway/ledger/database.js';
import { destroyLedger } from '../../gateway/ledger/destroy-ledger.js';
import { mailLedger } from '../../gateway/ledger/mail-ledger.js';
import { mailSplits, sealedAs } from '../../gateway/ledger/mail-splits.js';
import { noticesLedger } from '../../gateway/ledger/notices-ledger.js';
import { outbox } from '../../gateway/ledger/outbox.js';
import { releaseLedger } from '../../gateway/ledger/release-ledger.js';
import { reviewLedger } from '../../gateway/ledger/review-ledger.js';
import { noticeMaker } from '../../gateway/notices/maker.js';
import type { ExchangeId, HeldMessage, KeepMail, MailContent, MailFate, MailFrom, MailRecipient, MailSent, NextHops, OutgoingMail, SealedHead, SmtpReply, VaultReader } from '../../gateway/ports.js';
import type { SealingVault } from '../../gateway/vault/vault.js';
import { splitReader } from '../../gateway/wiring/split-reader.js';
import { destroyHandler } from '../../workers/destroy.js';
import type { JobHandler } from '../../workers/job.js';
import { noticeHandler } from '../../workers/notice.js';
import { mailNotice } from '../../workers/notice-mail.js';
import { releaseHandler } from '../../workers/release.js';
import type { ManualClock } from './clock.js';
import { heldEntry, heldMessage, testId } from './held.js';
import { oneChain } from './one-chain.js';

export const OK: SmtpReply = { code: 250, enhanced: '2.0.0', text: ['Ok'] };
export const BUSY: SmtpReply = { code: 451, enhanced: '4.3.0', text: ['try later'] };
export const UNKNOWN: SmtpReply = { code: 550, enhanced: '5.1.1', text: ['no such user'] };
export const MAIL = Buffer.from('From: Li <li@corp.example>\r\nTo: a@one.example\r\nSubject: hello\r\n\r\ncall 13800000000, please\r\n');

export interface Sent {
  readonly hop: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}
export interface TestHops extends NextHops {
  readonly sent: Sent[];
  /** By address; `OK` where none is set. */
  readonly rcpt: Map<string, SmtpReply>;
  /** By hop: what comes of the data. */
  readonly end: Map<string, SmtpReply | Extract<MailSent, { kind: 'broken' }> | (() => Promise<never>)>;
}

/** The hop of a recipient is its domain. */
export function testHops(): TestHops {
  const sent: Sent[] = [];
  const rcpt = new Map<string, SmtpReply>();
  const end: TestHops['end'] = new Map();
  const hopOf = ({ address }: MailRecipient): string => address.slice(address.lastIndexOf('@') + 1);
  return {
    sent, rcpt, end,
    relay: (from) => ({
      hopOf,
      rcpt: (recipient) => Promise.resolve(rcpt.get(recipient.address) ?? OK),
      async send(recipients, content, options): Promise<MailSent> {
        const [first] = recipients;
        const hop = first === undefined ? '' : hopOf(first);
        const chunks: Uint8Array[] = [];
        for await (const chunk of content.stream()) chunks.push(chunk);
        await options?.beforeEnd?.();
        const answer = end.get(hop) ?? OK;
        if (typeof answer === 'function') return await answer();
        if ('kind' in answer && !answer.complete) return answer;
        sent.push({ hop, from: from.address, to: recipients.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
        return 'kind' in answer ? answer : { kind: 'replied', reply: answer, refused: [] };
      },
      end: () => Promise.resolve(),
    }),
    close: () => Promise.resolve(),
  };
}

const outgoing = ({ received, body, length, incident }: OutgoingMail): MailContent => ({
  length: undefined,
  async *stream() {
    yield Buffer.from(received + (incident === undefined ? '' : `X-Weir-Incident: ${incident}\r\n`));
    let seen = 0;
    for await (const chunk of body()) {
      seen += chunk.length;
      yield chunk;
    }
    if (seen !== length) throw new Error('a body of another length');
  },
});

/** Writes "*" over the middle of the one number in MAIL. */
async function* masked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  yield Buffer.from(Buffer.concat(chunks).toString().replace('13800000000', '138****0000'));
}

export interface Desk {
  readonly hops: TestHops;
  /** Recipients of releases, by fate. */
  readonly counted: ReadonlyMap<MailFate, number>;
  readonly vault: SealingVault;
  readonly reader: VaultReader;
  readonly ledger: ReturnType<typeof mailLedger>;
  readonly review: ReturnType<typeof reviewLedger>;
  readonly splits: ReturnType<typeof mailSplits>;
  /** Sealed and written as the mail pipeline does. */
  keep(to: readonly (string | MailRecipient)[], change?: { readonly from?: string; readonly fate?: MailFate; readonly mail?: Partial<KeepMail>; readonly message?: Partial<HeldMessage>; readonly body?: Uint8Array }): Promise<ExchangeId>;
  /** Carries out what is due, until nothing is. */
  work(): Promise<void>;
  fates(id: string): Promise<Record<string, MailFate>>;
  state(id: string): Promise<string>;
  /** Mails of our own about this message, oldest first. */
  notices(about: string): Promise<readonly string[]>;
  acts(id: string): Promise<readonly string[]>;
}

export interface DeskOptions {
  readonly database: LedgerDatabase;
  readonly clock: ManualClock;
  readonly vault: SealingVault;
  readonly reader: VaultReader;
  readonly told?: { readonly hold: boolean; readonly reject: boolean };
}

export function mailDesk({ database, clock, vault, reader: plain, told = { hold: true, reject: true } }: DeskOptions): Desk {
  const parts = { database, audit: oneChain('mail'), clock };
  const hops = testHops();
  const counted = new Map<MailFate, number>();
  const reader = splitReader(plain, (id) => sealedAs(database, id));
  const ledger = mailLedger(parts);
  const review = reviewLedger(parts);
  const maker = noticeMaker({ vault, newId: testId, clock, settings: { hostname: 'weir.corp.example', postmaster: 'postmaster@corp.example', language: 'en', help: { zh: '请联系', en: 'Ask security.' } } });
  const notices = noticesLedger(parts);
  const rows = outbox({ database, clock });
  const handlers: Readonly<Partial<Record<string, JobHandler>>> = {
    release: releaseHandler({ ledger: releaseLedger(parts), vault: reader, route: () => undefined, applyEdits: masked, clock, random: () => 1, mail: { hops: (route) => (route === 'smtp' ? hops : undefined), outgoing, signAs: () => undefined, notices: maker, delayedMs: 4 * 3_600_000, reportRoute: () => 'smtp', countFate: (_route, fate, count) => void counted.set(fate, (counted.get(fate) ?? 0) + count) } }),
    destroy: destroyHandler({ ledger: destroyLedger(parts), vault }),
    notice: noticeHandler({ notices, sinkOf: () => undefined, mail: mailNotice({ notices, vault: reader, maker, wanted: () => told, message: (id) => review.get(id), random: () => 1 }) }),
  };
  return {
    hops, vault, reader, ledger, review, counted,
    splits: mailSplits({ ...parts, vault, newId: testId }),
    async keep(to, { from = 'li@corp.example', fate = 'held', mail = {}, message: change = {}, body = MAIL } = {}) {
      const recipients = to.map((one): MailRecipient => (typeof one === 'string' ? { address: one, notify: undefined, orcpt: undefined } : one));
      const message = heldMessage({ channel: 'smtp', route: 'smtp', receivedAt: new Date(clock.now()), sender: 'l***@corp.example', subject: 'hello', bytes: body.length, ...change });
      const envelope: MailFrom = { address: from, body: '8bitmime', smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined };
      const edits = Buffer.from('one edit');
      const head: SealedHead = {
        version: 2, id: message.id, channel: 'smtp', route: message.route, direction: 'request', bodyLength: body.length, editsLength: edits.length, maskable: true, maskedTarget: '', maskedFields: [], trailers: [],
        http: { method: '', target: '', fields: [] },
        facts: { channel: 'smtp', route: message.route, direction: 'request', clientAddress: undefined, user: undefined, department: undefined, sender: from, recipients: recipients.map(({ address }) => address), subject: undefined, destination: '', method: undefined, mediaType: undefined, fileNames: [] },
        mail: { from: envelope, recipients, client: { address: undefined, helo: undefined, user: undefined, tls: undefined, protocol: 'ESMTP' }, listener: 'smtp', received: 'Received: by weir\r\n' },
      };
      await vault.seal(message.id, head, once(body), once(edits));
      const kept = recipients.map(({ address }, n) => ({ n, address: address.replace(/^(.).*@/, '$1***@'), mark: undefined, fate, hop: undefined }));
      await ledger.keep(message, { recipients: kept, ...mail }, heldEntry(message));
      return message.id;
    },
    async work() {
      for (;;) {
        const due = await rows.due(50);
        if (due.length === 0) return;
        for (const { n } of due) {
          const job = await rows.open(n);
          if (job !== undefined) await handlers[job.kind]?.(job);
        }
      }
    },
    async fates(id) {
      return Object.fromEntries((await ledger.recipients(id)).map(({ address, fate }) => [address, fate]));
    },
    async state(id) {
      return (await review.get(id))?.state ?? 'none';
    },
    async notices(about) {
      const found = await database.read((db) => db.selectFrom('messages').select(['rule', 'state']).where('about', '=', about).orderBy('id').execute());
      return found.map(({ rule, state }) => `${rule} ${state}`);
    },
    async acts(id) {
      const found = await database.read((db) => db.selectFrom('audit').select('act').where('subject', '=', id).orderBy('seq').execute());
      return found.map(({ act }) => act);
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
