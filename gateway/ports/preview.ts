/** Looking into a sealed message: safe views, the comparison of a masked release, and what an opening hands out. */
import type { Finding } from './findings.js';
import type { LeafFactory } from './inspect.js';
import type { ExchangeId, UnscannableReason } from './names.js';
import type { StoredMessage } from './record.js';

/** Why somebody could be fooled by a name or a text. */
export type Caution = 'control' | 'direction' | 'invisible' | 'mixed-script' | 'two-extensions';
export type Unreadable = UnscannableReason | 'not-listed';

/** `finding` is an index into the message's findings; `masked` alone: found now, or hidden in an encoding. */
export interface Segment {
  readonly text: string;
  readonly finding?: number | undefined;
  readonly masked?: true | undefined;
}
export interface PreviewPart {
  readonly path: string;
  readonly name?: string | undefined;
  readonly mediaType?: string | undefined;
  /** Its own bytes, after whatever is wrapped around it. */
  readonly size: number;
  readonly readable: boolean;
  readonly why?: Unreadable | undefined;
  readonly cautions: readonly Caution[];
  /** What was undone to read it, outermost first. */
  readonly chain: readonly string[];
  /** Steps below the body. */
  readonly depth: number;
  /** Of `size`. */
  readonly unscanned: number;
  /** It has no text of its own: others lie in it. */
  readonly holds?: true | undefined;
  /** Shown within a text, such as a picture. */
  readonly inline?: true | undefined;
}
interface Page {
  readonly more?: number | undefined;
  readonly cautions: readonly Caution[];
}
export type PreviewView =
  | (Page & { readonly kind: 'text' | 'json'; readonly segments: readonly Segment[] })
  | (Page & { readonly kind: 'form' | 'table'; readonly rows: readonly (readonly (readonly Segment[])[])[] })
  | { readonly kind: 'mail' }
  | { readonly kind: 'binary'; readonly why: Unreadable };
export interface PreviewContent {
  readonly parts: readonly PreviewPart[];
  readonly moreParts: number;
  readonly part: string | undefined;
  readonly offset: number;
  readonly view: PreviewView;
}
export type ComparedSegment = { readonly text: string } | { readonly before: string; readonly after: string; readonly stays: boolean; readonly finding?: number | undefined };
export interface Comparison {
  readonly parts: readonly PreviewPart[];
  readonly part: string | undefined;
  readonly offset: number;
  readonly segments: readonly ComparedSegment[];
  readonly more?: number | undefined;
  readonly cautions: readonly Caution[];
  /** Parts that leave written anew; `members` are those in which a value is masked then, of the findings that are kept. */
  readonly rewritten: readonly { readonly path: string; readonly bytes: number; readonly becomes: number; readonly members: readonly string[] }[];
  /** Leaves as it is. */
  readonly unread: readonly { readonly path: string; readonly why: Unreadable; readonly bytes: number }[];
}
export interface OpenedValue {
  readonly finding: number;
  readonly detector: string;
  readonly part: string;
  readonly value: string;
}
export interface Region {
  /** Two digits, never more. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
}

/** What is looked for in bytes while they are read: a page of one part, or, with no part, what all parts are called. */
export interface LookAsked {
  readonly part?: string | undefined;
  readonly offset: number;
  readonly mediaType?: string | undefined;
}
/** A look: taps the leaves that read the text, in the gateway and in the processes that open files alike, and keeps what is shown masked. */
export interface PartLook {
  readonly leaf: (inner: LeafFactory) => LeafFactory;
  /** A finding as it is told outside of all readers. */
  found(finding: Finding): void;
  /** What a member is called, masked. */
  named(part: string, name: string): void;
  /** Nothing further can change the answer. */
  readonly enough: boolean;
  /** `whole`: the bytes were read to their end. Undefined: no text of that part came by. */
  answer(whole: boolean): Looked | undefined;
}
export type LookMaker = (asked: LookAsked) => PartLook;
/** No raw value is in it. */
export type Looked = LookedPage | LookedNames;
export interface LookedPage {
  readonly kind: 'text' | 'json' | 'form' | 'table';
  /** The page's text, cut where something was found or hidden; `found` is an index into the list below. */
  readonly runs: readonly { readonly text: string; readonly found?: number | undefined; readonly hidden?: true | undefined }[];
  /** All that was found in the page and just behind it: `start` and `end` count bytes of the part's text, `finding` is as the message has it. */
  readonly found: readonly { readonly start: number; readonly end: number; readonly finding: Finding }[];
  /** The page begins within a row. */
  readonly continued: boolean;
  /** Where in JSON the page begins. */
  readonly json?: JsonPlace | undefined;
  /** Where the next one begins. */
  readonly more?: number | undefined;
}
export interface JsonPlace {
  readonly depth: number;
  readonly inString: boolean;
  readonly escaped: boolean;
  readonly justOpened: boolean;
  /** Of what stands by itself, between commas: whether there was some, and a space behind it. */
  readonly word: 'none' | 'begun' | 'parted';
}
export interface LookedNames {
  readonly kind: 'names';
  /** A header speaks for the part behind it. `inline`: it is to be shown where others speak of it. */
  readonly names: readonly { readonly part: string; readonly name?: string | undefined; readonly mediaType?: string | undefined; readonly inline?: true | undefined; readonly cautions: readonly Caution[] }[];
}

/** What the header of a mail says as readers show it. No number is in it that anybody guards. */
export interface MailView {
  readonly fields: readonly MailViewField[];
  /** Beyond those listed. */
  readonly moreFields: number;
  /** What should make one look twice at who sends it. */
  readonly warnings: readonly MailWarning[];
  /** The texts that a mail reader shows, first to last. */
  readonly texts: readonly MailViewPart[];
  /** Everything else that came with it, as a tree: a part comes in front of those that lie in it. */
  readonly attachments: readonly MailViewPart[];
  /** Parts beyond those that were listed. */
  readonly moreParts: number;
}
export interface MailViewField {
  readonly name: string;
  readonly segments: readonly Segment[];
  /** Of the fields that hold addresses. `disguised`: the name shows an address, and another one than that behind it. */
  readonly people?: readonly { readonly name: readonly Segment[]; readonly address: readonly Segment[]; readonly disguised?: true | undefined }[] | undefined;
  readonly cautions: readonly Caution[];
}
/** `from-address`: the header names another address than the envelope, `from-domain`: of another domain; `no-envelope-sender`: bounces go to nobody. */
export type MailWarning = 'from-address' | 'from-domain' | 'several-from' | 'no-from' | 'no-envelope-sender' | 'reply-elsewhere' | 'disguised-name' | 'ambiguous-header' | 'blind-recipients';
export interface MailViewPart extends PreviewPart {
  /** In it, and in what lies in it. */
  readonly findings: number;
  /** Why bytes of it, or of what lies in it, were not read. */
  readonly reasons: readonly UnscannableReason[];
}

/** What cannot be shown: the vault has lost it, or it was altered. Errors carry no content. */
export interface Preview {
  /** `plain`: of a page of markup only what a reader shows. */
  content(message: StoredMessage, asked: { readonly part: string | undefined; readonly offset: number; readonly plain?: boolean | undefined }): Promise<PreviewContent | undefined>;
  /** Undefined where it is no mail. */
  mail(message: StoredMessage): Promise<MailView | undefined>;
  compare(message: StoredMessage, asked: { readonly part: string | undefined; readonly offset: number }): Promise<Comparison | undefined>;
  /** Provinces of the distinct people whose numbers were found, most first. */
  regions(message: StoredMessage): Promise<readonly Region[]>;
  /** For an opening alone. */
  values(message: StoredMessage): Promise<readonly OpenedValue[]>;
  /** For an opening alone. The whole body as it came. */
  original(id: ExchangeId): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> }>;
}
