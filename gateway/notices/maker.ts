/** Makes a mail of Weir's own and seals it, so that it is delivered as every other mail that was accepted: from the vault, by a job. */
import type { Clock, ExchangeId, Facts, HeldMessage, MailFrom, NoticeAbout, NoticeMaker, OwnMail, SealedHead, Vault } from '../ports.js';
import { mailNotice, type NoticeSettings } from './mail-notice.js';
import { hasReader, mayTell } from './may-tell.js';
import { mailDate } from './mime.js';

/** Undelivered, it is of no use after this. */
const EXPIRES_MS = 30 * 24 * 3_600_000;

export interface NoticeMakerOptions {
  readonly vault: Pick<Vault, 'seal'>;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly settings: NoticeSettings;
}

export function noticeMaker({ vault, newId, clock, settings }: NoticeMakerOptions): NoticeMaker {
  return {
    async make(about, header): Promise<OwnMail | undefined> {
      const may = about.kind === 'failed' || about.kind === 'delayed' ? hasReader(about.from, settings) : mayTell(about.from, header ?? new Uint8Array(), settings);
      if (!may || about.recipients.length === 0) return undefined;
      const id = newId();
      const at = new Date(clock.now());
      const { bytes, subject } = mailNotice(settings, { ...about, id, at });
      const receipt = await vault.seal(id, sealedHead(about, id, bytes.length, at, settings), once(bytes), nothing());
      return { says: about.kind, recipient: { n: 0, address: about.sender.masked, mark: about.sender.mark, fate: 'relaying', hop: undefined }, message: messageOf(about, { id, at, subject, bytes: bytes.length, suite: receipt.suite }) };
    },
  };
}

function sealedHead({ from, route }: NoticeAbout, id: ExchangeId, length: number, at: Date, { hostname }: NoticeSettings): SealedHead {
  const to = from.address;
  const nobody: MailFrom = { address: '', body: '7bit', smtpUtf8: /[^\x20-\x7e]/.test(to), requireTls: false, ret: undefined, envid: undefined, size: undefined };
  const facts: Facts = {
    channel: 'smtp', route, direction: 'request', clientAddress: undefined, user: undefined, department: undefined, sender: '', recipients: [to], subject: undefined,
    destination: domainOf(to), method: undefined, mediaType: undefined, fileNames: [],
  };
  return {
    version: 1, id, channel: 'smtp', route, direction: 'request', http: { method: '', target: '', fields: [] }, facts,
    bodyLength: length, editsLength: 0, maskedTarget: '', maskedFields: [], trailers: [],
    mail: {
      from: nobody,
      // Nobody wants a report about a report.
      recipients: [{ address: to, notify: ['NEVER'], orcpt: undefined }],
      client: { address: undefined, helo: undefined, user: undefined, tls: undefined, protocol: 'ESMTP' },
      listener: '',
      received: `Received: by ${hostname} (Weir) id ${id}; ${mailDate(at)}\r\n`,
    },
  };
}

function messageOf({ route, incident, sender, kind }: NoticeAbout, made: { readonly id: ExchangeId; readonly at: Date; readonly subject: string; readonly bytes: number; readonly suite: HeldMessage['suite'] }): HeldMessage {
  const { id, at, subject, bytes, suite } = made;
  return {
    id, receivedAt: at, channel: 'smtp', route, direction: 'request', policy: 'notice', rule: `notice-${kind}`, severity: 'info', fourEyes: false, bytes,
    findings: [], findingCounts: {}, unscannable: [], receipt: { size: bytes, scanned: bytes, unscanned: 0, parts: [], more: 0, detectors: '', policy: 'notice' },
    method: '', target: '', destination: '', user: undefined, sender: '<>', recipients: [sender.masked], subject, clientAddress: undefined, mediaType: undefined,
    // Never the same as another: nothing joins it.
    bodyFingerprint: `notice-${id}`, permitFingerprint: `notice-${id}`, suite, expiresAt: new Date(at.getTime() + EXPIRES_MS), kind: 'notice', about: incident,
  };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No edits: nothing in it was found.
}
