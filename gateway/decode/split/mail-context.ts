/** What the parts of one mail or multipart share beside their bytes. */
import type { Eol } from './field-block.js';

/** What people may be told of a part of a mail. Names are content: for facts and rules, never for a log. */
export interface PartFacts {
  readonly part: string;
  /** `type/subtype` as declared, lower case. */
  readonly contentType: string;
  readonly fileNames: readonly string[];
}

export interface MailContext {
  /** Line ends of what lies around: a part with others is read differently by different readers. */
  readonly eol?: Eol | undefined;
  /** What lies around is read as plain text as well: nobody has to do so again. */
  readonly asText?: boolean | undefined;
  /** Of the outermost mail alone: addresses of the envelope, lower case, whose local part is a number. */
  readonly numbered?: ReadonlySet<string> | undefined;
  /** Told of each part as soon as its header is read. */
  readonly part?: ((facts: PartFacts) => void) | undefined;
}
