/** DKIM signatures (RFC 6376, relaxed/relaxed) of mails that are too large to hold: the body is read once for its hash, and once more as it leaves. */
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

/** A header is held while it is signed; one that is larger leaves unsigned. */
const HEADER_MOST = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
/** RSA keys below are not accepted by verifiers (RFC 8301). */
const LEAST_RSA_BITS = 1024;

/** Signed where they stand, and once more: another one added on the way breaks the signature. */
const SIGNED_TWICE = ['from', 'to', 'cc', 'subject', 'date', 'reply-to', 'sender', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding'];
const SIGNED = [...SIGNED_TWICE, 'in-reply-to', 'references', 'list-id', 'list-unsubscribe', 'list-unsubscribe-post', 'list-help', 'list-post', 'list-owner', 'list-archive'];

export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly key: string | Buffer;
}
export interface DkimSigner {
  /** The field to put in front, complete with its line end; `undefined` where no key is of this domain, or the mail cannot be signed. */
  signature(domain: string, mail: () => AsyncIterable<Uint8Array>, at: number): Promise<string | undefined>;
}

/** `*.` in front of a key's domain: all below it. Throws for a key that cannot sign. */
export function dkimSigner(keys: readonly DkimKey[]): DkimSigner {
  const loaded = keys.map(({ domain, selector, key }) => ({ domain: domain.toLowerCase(), selector, ...signing(createPrivateKey(key)) }));
  const keyFor = (domain: string): (typeof loaded)[number] | undefined =>
    loaded.find((one) => one.domain === domain) ?? loaded.find((one) => one.domain.startsWith('*.') && domain.endsWith(one.domain.slice(1)));
  return {
    async signature(domain, mail, at) {
      const key = keyFor(domain.toLowerCase());
      if (key === undefined) return undefined;
      const read = await canonical(mail());
      if (read === undefined) return undefined;
      const fields = chosen(read.fields);
      const unsigned = [
        `DKIM-Signature: v=1; a=${key.algorithm}; c=relaxed/relaxed; d=${domain.toLowerCase()};`,
        `\ts=${key.selector}; t=${String(Math.floor(at / 1000))};`,
        `\tbh=${read.bodyHash};`,
        `\th=${folded(fields.map(({ name }) => name))};`,
        '\tb=',
      ].join('\r\n');
      const text = [...fields.flatMap(({ field }) => (field === undefined ? [] : [`${relaxedField(field)}\r\n`])), relaxedField(unsigned)].join('');
      const bytes = Buffer.from(text, 'latin1');
      const signature = key.sign(bytes).toString('base64');
      return `${unsigned}${signature.replace(/.{72}(?=.)/g, '$&\r\n\t')}\r\n`;
    },
  };
}

function signing(key: KeyObject): { readonly algorithm: string; readonly sign: (bytes: Buffer) => Buffer } {
  if (key.asymmetricKeyType === 'rsa') {
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS) throw new TypeError('a DKIM key of RSA needs 1024 bits or more');
    return { algorithm: 'rsa-sha256', sign: (bytes) => sign('sha256', bytes, key) };
  }
  // RFC 8463: of the hash, not of the bytes.
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: 'ed25519-sha256', sign: (bytes) => sign(null, createHash('sha256').update(bytes).digest(), key) };
  throw new TypeError('a DKIM key is of RSA or Ed25519');
}

/** Names at most a few to a line. */
function folded(names: readonly string[]): string {
  return names.map((name, index) => (index > 0 && index % 5 === 0 ? `\r\n\t ${name}` : name)).join(':');
}

interface Named {
  readonly name: string;
  /** None: that there is no further one is signed. */
  readonly field: string | undefined;
}

/** The last of a name comes first, as verifiers take them. */
function chosen(fields: readonly string[]): Named[] {
  const byName = new Map<string, string[]>();
  for (const field of fields) {
    const name = field.slice(0, field.indexOf(':')).trim().toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), field]);
  }
  return SIGNED.flatMap((name): Named[] => {
    // Of a hundred of a name none is worth signing: no mail program shows them.
    const own = (byName.get(name) ?? []).slice(-100).reverse().map((field) => ({ name, field }));
    return [...own, ...(SIGNED_TWICE.includes(name) ? [{ name, field: undefined }] : [])];
  });
}

/** RFC 6376 3.4.2, without the line end. */
function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const value = field.slice(colon + 1).replace(/\r?\n/g, '').replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
  return `${field.slice(0, colon).trimEnd().toLowerCase()}:${value}`;
}

/** Fields in latin1, which keeps each byte; `undefined` where the header has no end within its bound. */
async function canonical(mail: AsyncIterable<Uint8Array>): Promise<{ readonly fields: readonly string[]; readonly bodyHash: string } | undefined> {
  const body = relaxedBody();
  let held: Buffer[] | undefined = [];
  let size = 0;
  let header = '';
  let tail = Buffer.alloc(0);
  for await (const chunk of mail) {
    if (held === undefined) {
      body.push(chunk);
      continue;
    }
    // With the few bytes before it, for an end that was cut.
    const seen = Buffer.concat([tail, chunk]);
    tail = seen.subarray(-3);
    const end = seen.indexOf('\r\n\r\n');
    held.push(Buffer.from(chunk));
    size += chunk.length;
    if (end !== -1) {
      const whole = Buffer.concat(held);
      const at = whole.length - seen.length + end + 2;
      header = whole.subarray(0, at).toString('latin1');
      body.push(whole.subarray(at + 2));
      held = undefined;
    } else if (size > HEADER_MOST) return undefined;
  }
  if (held !== undefined) header = Buffer.concat(held).toString('latin1');
  const fields = header.split(/\r\n(?![ \t])/).filter((field) => field.includes(':'));
  return { fields, bodyHash: body.digest() };
}

/** RFC 6376 3.4.4: blanks within a line become one, those at its end and empty lines at the end of all go. */
function relaxedBody(): { push(chunk: Uint8Array): void; digest(): string } {
  const hash = createHash('sha256');
  let emptyLines = 0;
  let blank = false;
  let text = false;
  const CRLF = Buffer.from('\r\n');
  const EMPTY = Buffer.from('\r\n'.repeat(1024));
  const flushEmpty = (): void => {
    for (; emptyLines > 0; emptyLines -= Math.min(emptyLines, 1024)) hash.update(EMPTY.subarray(0, 2 * Math.min(emptyLines, 1024)));
  };
  return {
    push(chunk) {
      // At most twice as long: a blank that was kept before each byte.
      const out = Buffer.allocUnsafe(2 * chunk.length + 2);
      let length = 0;
      for (const byte of chunk) {
        if (byte === SPACE || byte === TAB) blank = true;
        else if (byte === LF) {
          blank = false;
          if (text) {
            out[length++] = CR;
            out[length++] = LF;
          } else emptyLines += 1;
          text = false;
        } else if (byte !== CR) {
          if (emptyLines > 0) {
            hash.update(out.subarray(0, length));
            length = 0;
            flushEmpty();
          }
          if (blank) out[length++] = SPACE;
          blank = false;
          text = true;
          out[length++] = byte;
        }
      }
      hash.update(out.subarray(0, length));
    },
    digest() {
      // A last line without its end gets one.
      if (text) hash.update(CRLF);
      return hash.digest('base64');
    },
  };
}
