/** A mail as its receiver would get it: the fields of its header decoded and masked, its texts, and what is attached; never a picture, and nothing fetched. */
import type { Finding, HeadText, MailView, MailViewField, MailViewPart, MailWarning, OpenedMessage, Segment, StoredMessage, UnscannableReason } from '../ports.js';
import { hideNumbers } from './hidden-numbers.js';
import { HEAD, listedParts, type Listed, type Outline } from './part-list.js';
import { runsOf, withoutOverlaps } from './runs.js';
import { covering } from './segments.js';
import { nameCautions, visibleLine } from './visible.js';
import type { ByteTools } from './walk.js';

/** What the stage that reads mails tells of a header; wiring hands it in. */
export interface MailTools {
  /** No more bytes than these hold a header. */
  readonly headerMost: number;
  readonly fields: (bytes: Uint8Array) => { readonly fields: readonly { readonly name: string; readonly text: string; readonly people?: readonly Person[] }[]; readonly ambiguous: boolean };
}
interface Person {
  readonly name: string;
  readonly address: string;
}

/** Fields of one answer: mailers write some thirty, servers on the way a few more. */
const FIELDS_MOST = 120;
/** People of one field that are told apart; a list of thousands is read in the source. */
const PEOPLE_MOST = 200;
/** Characters of one text: signatures and lists are long. */
const TEXT_MOST = 4_000;
const LISTED_MOST = 500;

export const isMail = (message: StoredMessage): boolean => message.channel === 'smtp' || message.mediaType === 'message/rfc822';

export async function mailView({ message, opened, tools, outline, mail }: { readonly message: StoredMessage; readonly opened: OpenedMessage; readonly tools: ByteTools; readonly outline: Outline | undefined; readonly mail: MailTools }): Promise<MailView> {
  const { fields, ambiguous } = mail.fields(await headerBytes(opened, mail.headerMost));
  const shown = fields.slice(0, FIELDS_MOST);
  const show = shower(tools, message);
  const seen = show(shown.flatMap(({ text, people }) => (people === undefined ? [text] : people.slice(0, PEOPLE_MOST).flatMap(({ name, address }) => [name, address]))));
  const parts = partsOf(message, outline);
  return {
    fields: shown.map(({ name, text, people }): MailViewField => {
      if (people === undefined) return { name, segments: seen(text), cautions: nameCautions(text.slice(0, TEXT_MOST)) };
      const listed = people.slice(0, PEOPLE_MOST);
      return {
        name,
        segments: [],
        people: listed.map((one) => ({ name: seen(one.name), address: seen(one.address), ...(isDisguised(one) ? { disguised: true } : {}) })),
        cautions: [...new Set(listed.flatMap((one) => nameCautions(`${one.name} ${one.address}`)))],
      };
    }),
    moreFields: fields.length - shown.length,
    warnings: warningsOf(fields, ambiguous, opened, message),
    ...parts,
  };
}

/** From the body's first byte until more cannot belong to the header. */
async function headerBytes(opened: OpenedMessage, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of opened.body()) {
    chunks.push(Uint8Array.from(chunk));
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks);
}

/** Scans many texts and answers each as segments; a number that was found when the mail came names its finding. */
function shower(tools: ByteTools, message: StoredMessage): (texts: readonly string[]) => (text: string) => readonly Segment[] {
  const kept = new Map<string, number>();
  const inHeader = (part: string): boolean => part === 'body/header' || part === HEAD || part.startsWith(`${HEAD}/`);
  for (const [index, { detector, fingerprint, part }] of message.findings.entries()) if (inHeader(part) && !kept.has(`${detector} ${fingerprint}`)) kept.set(`${detector} ${fingerprint}`, index);
  return (texts) => {
    const all = [...new Set(texts.map((text) => text.slice(0, TEXT_MOST)))].map((text, at): HeadText => ({ name: String(at), kind: 'subject', text }));
    const found = new Map<string, Finding[]>();
    const inspectors = tools.inspectors((finding) => found.set(finding.part, [...(found.get(finding.part) ?? []), finding]));
    const { safe } = inspectors.inspectHead(all, () => true);
    const hide = hideNumbers(tools.inspectors(() => undefined));
    const segments = ({ name, text }: HeadText): readonly Segment[] => {
      const masked = safe.get(name) ?? '_'.repeat(text.length);
      const runs = [...runsOf(0, Buffer.from(masked), withoutOverlaps(found.get(`${HEAD}/${name}`) ?? []))];
      return runs.flatMap(({ bytes, found: one }): readonly Segment[] => {
        const own = Buffer.from(bytes).toString('utf8');
        const finding = one === undefined ? undefined : kept.get(`${one.finding.detector} ${one.finding.fingerprint}`);
        if (one !== undefined) return [{ text: visibleLine(own), masked: true, ...(finding === undefined ? {} : { finding }) }];
        return covering(own, hide(own)).map((run): Segment => ({ text: visibleLine(run.text), ...(run.hidden === true ? { masked: true } : {}) }));
      });
    };
    const shown = new Map(all.map((one) => [one.text, segments(one)]));
    return (text) => shown.get(text.slice(0, TEXT_MOST)) ?? [];
  };
}

const addressOf = (text: string): string => text.trim().toLowerCase();
const domainOf = (address: string): string => addressOf(address).slice(address.trim().lastIndexOf('@') + 1);
/** A name that shows one address, in front of another. */
function isDisguised({ name, address }: Person): boolean {
  const [shown] = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+\.[^\s<>"'(),;:]+/.exec(name.slice(0, TEXT_MOST)) ?? [];
  return shown !== undefined && addressOf(shown) !== addressOf(address);
}

type Fields = ReturnType<MailTools['fields']>['fields'];

function warningsOf(fields: Fields, ambiguous: boolean, { head }: OpenedMessage, { mail }: StoredMessage): readonly MailWarning[] {
  const people = (...names: readonly string[]): readonly Person[] => fields.filter(({ name }) => names.includes(name)).flatMap((one) => one.people ?? []);
  const from = people('from');
  const warnings: MailWarning[] = [];
  const envelope = head.mail?.from.address;
  if (from.length === 0) warnings.push('no-from');
  if (from.length > 1) warnings.push('several-from');
  if (envelope === '') warnings.push('no-envelope-sender');
  else if (envelope !== undefined && from.length > 0 && !from.some(({ address }) => addressOf(address) === addressOf(envelope))) {
    warnings.push(from.some(({ address }) => domainOf(address) === domainOf(envelope)) ? 'from-address' : 'from-domain');
  }
  if (from.length > 0 && people('reply-to').some(({ address }) => !from.some((one) => domainOf(one.address) === domainOf(address)))) warnings.push('reply-elsewhere');
  if (people('from', 'sender', 'reply-to', 'to', 'cc').some(isDisguised)) warnings.push('disguised-name');
  if (ambiguous || ['from', 'subject', 'to', 'date'].some((name) => fields.filter((one) => one.name === name).length > 1)) warnings.push('ambiguous-header');
  const named = new Set(people('to', 'cc', 'bcc').map(({ address }) => addressOf(address)));
  // The seal of a mail that was split names those of the other message as well.
  const own = mail === undefined ? undefined : new Set(mail.recipients.map(({ n }) => n));
  if (head.mail?.recipients.some(({ address }, n) => own?.has(n) !== false && !named.has(addressOf(address))) === true) warnings.push('blind-recipients');
  return warnings;
}

const BESIDE = /\/(header|preamble|epilogue|names)$/;
const TEXT_TYPE = /^text\/(plain|html|enriched|richtext|x-.*)$/;

/** Texts are what lies in the mail's own branches and has no name; all that lies in attached mails and containers is attached. */
function partsOf(message: StoredMessage, outline: Outline | undefined): Pick<MailView, 'texts' | 'attachments' | 'moreParts'> {
  const { listed, moreParts } = listedParts(message, outline);
  const reasons = new Map<string, UnscannableReason[]>();
  for (const { part, reason } of message.receipt.parts) if (reason !== undefined) reasons.set(part, [...(reasons.get(part) ?? []), reason]);
  const below = (path: string, other: string): boolean => other === path || other.startsWith(`${path}/`);
  const whole = (one: Listed): MailViewPart => ({
    ...one,
    findings: message.findings.filter(({ part }) => below(one.path, part)).length,
    reasons: [...new Set([...reasons].flatMap(([path, own]) => (below(one.path, path) ? own : [])))],
  });
  const mails = listed.flatMap(({ path }) => {
    const own = path.endsWith('/header') && path !== 'body/header' ? path.slice(0, -'/header'.length) : undefined;
    return own !== undefined && outline?.get(path)?.mediaType?.startsWith('message/') === true ? [{ path: own, name: outline.get(path) }] : [];
  });
  const isWithin = (path: string): boolean => mails.some((mail) => path.startsWith(`${mail.path}/`)) || listed.some((one) => one.holds === true && path.startsWith(`${one.path}/`) && !isBranch(one));
  const isBranch = (one: Listed): boolean => one.mediaType?.startsWith('multipart/') === true || one.path === 'body';
  const own = listed.filter(({ path }) => !BESIDE.test(path) && !mails.some((mail) => mail.path === path));
  const isText = (one: Listed): boolean => !isWithin(one.path) && one.name === undefined && one.holds !== true && one.inline !== true && (one.mediaType === undefined ? /\/text$/.test(one.path) : TEXT_TYPE.test(one.mediaType));
  const attached = own.filter((one) => !isText(one) && !(isBranch(one) && one.holds === true));
  const attachedMails = mails.map(({ path, name }): Listed => {
    const inside = listed.filter((one) => one.path.startsWith(`${path}/`));
    return { path, name: name?.name, mediaType: name?.mediaType, size: inside.reduce((sum, { size }) => sum + size, 0), readable: true, cautions: name?.cautions ?? [], chain: [], depth: path.split('/').length - 1, unscanned: inside.reduce((sum, { unscanned }) => sum + unscanned, 0), holds: true };
  });
  // The mail's own fields lie under its part's name, with those of the part in front.
  const mailHeaders = listed.filter(({ path }) => mails.some((mail) => path === `${mail.path}/header`));
  const order = new Map(listed.map(({ path }, at) => [path, at]));
  const placeOf = (path: string): number => order.get(path) ?? Math.min(...listed.flatMap((one, at) => (one.path.startsWith(`${path}/`) ? [at - 0.5] : [])));
  const attachments = [...attached, ...attachedMails, ...mailHeaders].sort((a, b) => placeOf(a.path) - placeOf(b.path));
  const tops = attachments.map(({ path }) => path);
  const depthOf = (path: string): number => tops.filter((other) => path.startsWith(`${other}/`)).length;
  return {
    texts: own.filter(isText).map(whole),
    attachments: attachments.slice(0, LISTED_MOST).map((one) => ({ ...whole(one), depth: depthOf(one.path) })),
    moreParts: moreParts + Math.max(0, attachments.length - LISTED_MOST),
  };
}
