/** The attribute in which a stretch of a tag stands, and whether its value is text or may be a number that programs read. */

/** Values that people write: numbers in them are text like any other. */
const TEXT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'descr', 'title', 'alt', 'name', 'string-value', 'displayText', 'display', 'tooltip', 'Target', 'href', 'formula', 'prompt', 'promptTitle', 'error', 'errorTitle',
  'Title', 'Author', 'Subject', 'content', 'text', 'label', 'caption',
]);

export interface Attribute {
  /** Without its prefix. */
  readonly name: string;
  readonly text: string;
  /** Where the value begins in the bytes. */
  readonly from: number;
}

export function isTextAttribute(name: string): boolean {
  return TEXT_ATTRIBUTES.has(name);
}

/** The attribute of the tag bytes[low..high) whose value holds [from, to); nothing for names and for what spans several. */
export function attributeAround(bytes: Buffer, low: number, high: number, from: number, to: number): Attribute | undefined {
  let quote = 0;
  let opened = -1;
  for (let i = low; i < high; i++) {
    const byte = bytes[i] ?? 0;
    if (quote === 0) {
      if (i >= from) return undefined;
      if (byte === 0x22 || byte === 0x27) {
        quote = byte;
        opened = i + 1;
      }
    } else if (byte === quote) {
      if (i > from) {
        if (opened > from || to > i) return undefined;
        return { name: /([^\s:"'<>/=]+)\s*=\s*$/.exec(bytes.toString('latin1', Math.max(low, opened - 130), opened - 1))?.[1] ?? '', text: bytes.toString('latin1', opened, i), from: opened };
      }
      quote = 0;
    }
  }
  return undefined;
}
