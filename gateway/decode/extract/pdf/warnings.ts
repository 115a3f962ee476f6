/** What pdf.js complains of while it reads: it goes on where it can, and only its complaints tell that something was left out. */

export interface Complaints {
  /** The file is damaged: what was read is not all of it. */
  damaged: boolean;
  /** A font or filter that nobody here can read. */
  unreadable: boolean;
  /** Images met; they are not decoded. */
  images: number;
}

const DAMAGED =
  /Indexing all PDF objects|ignoring (errors during|sub-stream|XObject)|Invalid stream|Bad (block|encoding|uncompressed|length)|Unknown (block type|compression|command)|in flate stream|Missing endstream|XRef|ObjStm|getAllPageDicts|checkLastPage|circular reference|Unterminated/;
const UNREADABLE = /translateFont failed|loadFont|Filter ".*" is not supported|ignoring ToUnicode|extractDataStructures|preEvaluateFont|Unable to load .* data/;
const IMAGE = /Image exceeded maximum/;

/** Those who listen now; a PDF within a PDF has the outer one's listener as well. */
const listeners = new Set<Complaints>();
let installed = false;

/** Takes pdf.js's complaints off the console: they quote the file. */
function install(): void {
  if (installed) return;
  installed = true;
  const { console: output } = globalThis;
  const others = output.warn.bind(output);
  output.warn = (...said: unknown[]): void => {
    const [text] = said;
    if (typeof text !== 'string' || !text.startsWith('Warning: ')) {
      others(...said);
      return;
    }
    for (const one of listeners) {
      if (DAMAGED.test(text)) one.damaged = true;
      if (UNREADABLE.test(text)) one.unreadable = true;
      if (IMAGE.test(text)) one.images++;
    }
  };
}

export function listen(): { readonly complaints: Complaints; stop(): void } {
  install();
  const complaints: Complaints = { damaged: false, unreadable: false, images: 0 };
  listeners.add(complaints);
  return { complaints, stop: () => listeners.delete(complaints) };
}
