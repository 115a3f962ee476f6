/** HTML as a tagged template that escapes whatever is put into it; only its own results go in as they are. */

export interface Html {
  readonly html: string;
}
type Piece = string | number | Html | readonly Html[];

export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: strings.reduce((done, text, index) => done + text + (index < pieces.length ? written(pieces[index] ?? '') : ''), '') };
}

function written(piece: Piece): string {
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return 'html' in piece ? piece.html : piece.map((one) => one.html).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Enough for element text and for attributes in double quotes; nothing is ever written anywhere else. */
function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
      // Controls, direction marks and what is not seen could make a text look like another one.
      .replace(/[^\P{Cc}\t\n\r]|(?![\u200c\u200d])\p{Cf}/gu, '\ufffd')
  );
}
