/** Looking into a sealed message: safe views, the comparison of a masked release, and what an opening hands out. */
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
  readonly size: number;
  readonly readable: boolean;
  readonly why?: Unreadable | undefined;
  readonly cautions: readonly Caution[];
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

/** What cannot be shown: the vault has lost it, or it was altered. Errors carry no content. */
export interface Preview {
  content(message: StoredMessage, asked: { readonly part: string | undefined; readonly offset: number }): Promise<PreviewContent | undefined>;
  compare(message: StoredMessage, asked: { readonly part: string | undefined; readonly offset: number }): Promise<Comparison | undefined>;
  /** Provinces of the distinct people whose numbers were found, most first. */
  regions(message: StoredMessage): Promise<readonly Region[]>;
  /** For an opening alone. */
  values(message: StoredMessage): Promise<readonly OpenedValue[]>;
  /** For an opening alone. The whole body as it came. */
  original(id: ExchangeId): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> }>;
}
