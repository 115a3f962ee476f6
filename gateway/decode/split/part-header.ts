/** What the header of a part says about its body: how to read it, and the names it goes by. */
import { parseMediaType } from '../media-type.js';
import type { Declared } from '../syntax.js';
import { namesIn } from './file-names.js';
import { fieldNamed, type Field } from './field-block.js';

export interface PartHeader {
  readonly declared: Declared;
  /** `type/subtype` in lower case: what is declared, or what readers take it for. */
  readonly type: string;
  /** Every name that some reader may show, decoded; usually one. */
  readonly fileNames: readonly string[];
  readonly ambiguous: boolean;
}

/** Comments that nobody could take for a coding. */
const COMMENT = /\([^()=";\\]*\)/g;

/** A name in sections or in an extended form. */
const WRITTEN_NAME = /name\*/i;

/** `ambiguous`: what `readFields` says of these fields. */
export function headerOf(fields: readonly Field[], ambiguous: boolean, defaultType = 'text/plain'): PartHeader {
  const disposition = fieldNamed(fields, 'content-disposition');
  const written = fieldNamed(fields, 'content-type');
  const contentType = written === undefined || written.trim() === '' ? undefined : written;
  const media = parseMediaType(contentType);
  const fallback = /filename/i.test(disposition ?? '') ? 'application/octet-stream' : defaultType;
  const coding = fieldNamed(fields, 'content-transfer-encoding')?.replace(COMMENT, '').replaceAll('\n', '').trim();
  return {
    declared: {
      contentType: contentType?.replaceAll('\n', '') ?? fallback,
      contentEncoding: fieldNamed(fields, 'content-encoding'),
      transferEncoding: coding,
    },
    type: media === undefined ? fallback : media.type,
    fileNames: namesIn(disposition, contentType),
    // What no two readers agree on must be known before a body is chosen for it.
    ambiguous: ambiguous || media?.ambiguous === true || (disposition !== undefined && WRITTEN_NAME.test(disposition) && parseMediaType(disposition)?.ambiguous === true),
  };
}

/** Last letters of a file name: enough for a person to know the kind, never the name itself. */
export function kindOf(fileName: string | undefined): string {
  const extension = /\.([A-Za-z]{1,5})$/.exec(fileName ?? '')?.[1];
  return extension === undefined ? '' : `.${extension.toLowerCase()}`;
}
