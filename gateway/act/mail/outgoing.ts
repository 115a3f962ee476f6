/** A mail as it leaves: `Received` in front, the incident where that is wanted, and of a changed mail the signatures gone that no longer hold. */
import { isIP } from 'node:net';
import type { ExchangeId, MailClient, MailContent, MailRecipient, OutgoingMail } from '../../ports.js';
import type { DkimSigner } from './dkim.js';
import { outerHeader } from './outer-header.js';

export interface OutgoingSettings {
  /** Whether X-Weir-Incident is put in front. */
  readonly incidentHeader: boolean;
  readonly dkim?: DkimSigner | undefined;
  readonly now: () => number;
}

/** What says that the mail is as its sender or a relay before us sent it. */
const isSignature = (name: string): boolean => name === 'dkim-signature' || name === 'x-google-dkim-signature' || name.startsWith('arc-');

export function outgoingMails({ incidentHeader, dkim, now }: OutgoingSettings): (mail: OutgoingMail) => MailContent {
  return ({ body, length, received, incident, changed, signAs }) => {
    const front = `${received}${incidentHeader && incident !== undefined ? `X-Weir-Incident: ${incident}\r\n` : ''}`;
    const ahead = Buffer.from(front, 'utf8');
    return {
      length: changed ? undefined : ahead.length + length,
      async *stream() {
        yield ahead;
        if (!changed) {
          yield* body();
          return;
        }
        const unsigned = (): AsyncGenerator<Uint8Array> => withoutSignatures(body());
        const signature = signAs === undefined ? undefined : await dkim?.signature(signAs, unsigned, now());
        if (signature !== undefined) yield Buffer.from(signature, 'latin1');
        yield* unsigned();
      },
    };
  };
}

async function* withoutSignatures(mail: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const header = outerHeader(isSignature);
  for await (const chunk of mail) yield* header.push(chunk);
  yield* header.end();
}

/** What a client may call itself in our trace: nothing that could carry a number of a person, or a field. */
const HELO = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?$/;
const NUMBER = /\d(?:[._-]?\d){10}/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** RFC 5322 3.3, in UTC. */
export function mailDate(at: number): string {
  const date = new Date(at);
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${DAYS[date.getUTCDay()] ?? ''}, ${String(date.getUTCDate())} ${MONTHS[date.getUTCMonth()] ?? ''} ${String(date.getUTCFullYear())} ${clock} +0000`;
}

export interface ReceivedFacts {
  readonly client: MailClient;
  /** Ours. */
  readonly hostname: string;
  readonly id: ExchangeId;
  readonly at: number;
  readonly recipients: readonly MailRecipient[];
}

/** The `Received` field (RFC 5321 4.4), complete with its line end. A single recipient is named, several are not: none shall learn of the others. */
export function receivedField({ client, hostname, id, at, recipients }: ReceivedFacts): string {
  const [only, another] = recipients;
  const named = only !== undefined && another === undefined && /^[!-~]{1,200}$/.test(only.address) && !/[<>]/.test(only.address) ? `\r\n\tfor <${only.address}>` : '';
  const tls = client.tls === undefined ? '' : `\r\n\t(using ${word(client.tls.version)} with cipher ${word(client.tls.cipher)})`;
  return `Received: from ${heloOf(client.helo)} (${addressOf(client.address)})${tls}\r\n\tby ${hostname} (Weir) with ${word(client.protocol)} id ${id}${named};\r\n\t${mailDate(at)}\r\n`;
}

function heloOf(helo: string | undefined): string {
  const literal = helo === undefined ? undefined : /^\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]$/i.exec(helo)?.[1];
  if (helo !== undefined && literal !== undefined && isIP(literal) !== 0) return helo;
  return helo !== undefined && HELO.test(helo) && !NUMBER.test(helo) ? helo : 'unknown';
}

function addressOf(address: string | undefined): string {
  if (address === undefined || isIP(address) === 0) return 'unknown';
  return isIP(address) === 6 ? `[IPv6:${address}]` : `[${address}]`;
}

/** Names of protocols and ciphers, whatever a library calls them. */
function word(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, '').slice(0, 64) || 'unknown';
}
