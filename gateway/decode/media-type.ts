/** Reads Content-Type and Content-Disposition values (RFC 9110 section 8.3, RFC 6266), strictly enough that two readers cannot differ. */

export interface MediaType {
  /** `type/subtype`, lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** A parameter stood twice, or something could not be read: readers may disagree. */
  readonly ambiguous: boolean;
}

const PARAMETER = /;[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;" \t]*)))?[ \t]*/y;

/** Longest value that is read; longer ones are ambiguous. */
const LONGEST = 4096;

export function parseMediaType(value: string | undefined): MediaType | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const text = value.trim();
  const semicolon = text.indexOf(';');
  const type = (semicolon < 0 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  // A comma joins two types: which of them holds is anyone's guess.
  let ambiguous = text.length > LONGEST || /[^!-~]|,/.test(type);
  PARAMETER.lastIndex = semicolon;
  while (!ambiguous && semicolon >= 0 && PARAMETER.lastIndex < text.length) {
    const match = PARAMETER.exec(text);
    if (match === null) {
      ambiguous = true;
      break;
    }
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue;
    const value = match[2] ?? match[3] ?? '';
    // Readers differ on which of `charset` and `charset*` wins, and on whether a backslash belongs to a boundary.
    const disputed = /^(charset|boundary)\*/.test(name) || (/^(charset|boundary)$/.test(name) && value.includes('\\'));
    if (parameters.has(name) || disputed) ambiguous = true;
    parameters.set(name, value.replace(/\\(.)/g, '$1'));
  }
  return { type, parameters, ambiguous };
}
