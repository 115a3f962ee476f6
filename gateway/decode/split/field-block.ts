/** Reads a block of header fields (RFC 5322 section 2.2) and says where two readers would read different ones. */

/** Line ends of a mail or multipart: one kind throughout; where both occur, readers differ. */
export type Eol = 'crlf' | 'lf';

export interface Field {
  /** Lower case. */
  readonly name: string;
  /** Latin-1 of its bytes, trimmed; where it was folded stands a line feed. */
  readonly value: string;
}
export interface FieldBlock {
  readonly fields: readonly Field[];
  readonly ambiguous: boolean;
}

/** The line that mailboxes put before a mail, sometimes escaped; mail readers pass over it. */
const ENVELOPE = /^>?From [!-~]/;
const BLANK_LINE = /^[ \t]+$/;
/** Fields that decide how the body is read: a blank before their colon makes some readers overlook them. */
const DECIDING = /^(content-|mime-version)/;
const FIELD_NAME = /^[!-9;-~]+$/;

/** True where a line end of the other kind stands, or a lone CR, or a NUL, at which some readers stop. */
function isMixed(text: string, eol: Eol): boolean {
  return text.includes('\0') || (eol === 'lf' ? text.includes('\r') : /(^|[^\r])\n|\r(?!\n)/.test(text));
}

/** `text` is the block in Latin-1, with or without the blank line that ends it. `envelope`: a mailbox's line may stand first. */
export function readFields(text: string, eol: Eol, envelope = false): FieldBlock {
  const fields: { name: string; value: string }[] = [];
  const seen = new Set<string>();
  let ambiguous = isMixed(text, eol);
  /** A line of nothing but blanks ends the header for some readers. */
  let ended = false;
  let first = true;
  for (const line of text.split(eol === 'crlf' ? '\r\n' : '\n')) {
    if (line === '') continue;
    if (ended) ambiguous = true;
    if (BLANK_LINE.test(line)) {
      ended = true;
      first = false;
      continue;
    }
    const begins = first;
    first = false;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const before = fields[fields.length - 1];
      if (before === undefined) ambiguous = true;
      else before.value += `\n${line}`;
      continue;
    }
    if (begins && envelope && ENVELOPE.test(line)) continue;
    const colon = line.indexOf(':');
    const written = line.slice(0, Math.max(0, colon));
    const name = written.trimEnd().toLowerCase();
    if (!FIELD_NAME.test(name) || (name !== written.toLowerCase() && DECIDING.test(name))) {
      ambiguous = true;
      continue;
    }
    if (seen.has(name) && name.startsWith('content-')) ambiguous = true;
    seen.add(name);
    fields.push({ name, value: line.slice(colon + 1) });
  }
  return { fields: fields.map(({ name, value }) => ({ name, value: value.trim() })), ambiguous };
}

/** The last field of that name. */
export function fieldNamed(fields: readonly Field[], name: string): string | undefined {
  return fields.findLast((one) => one.name === name)?.value;
}
