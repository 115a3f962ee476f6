/** Texts of strangers on the page: what nobody would see stands there written out, and what may fool somebody is said. */
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { heldWords, wordFor } from './held-words.js';
import { cautionsOf, pieces } from './plain-text.js';
import './marks.css';

export function SafeText({ text }: { readonly text: string }): ReactNode {
  return pieces(text).map((piece, at) =>
    piece.odd === undefined ? (
      piece.text
    ) : (
      <span key={at} className={`odd odd-${piece.odd}`}>
        {piece.text}
      </span>
    ),
  );
}

/** A name, an address or a subject, with a sign where it may fool somebody. */
export function SafeName({ text, known = [] }: { readonly text: string; readonly known?: readonly string[] }): ReactNode {
  return (
    <bdi className="safe-name">
      <SafeText text={text} />
      <Cautions codes={[...new Set([...known, ...cautionsOf(text)])]} />
    </bdi>
  );
}

export function Cautions({ codes }: { readonly codes: readonly string[] }): ReactNode {
  const words = useWords(heldWords);
  if (codes.length === 0) return null;
  const text = `${words.caution}: ${codes.map((code) => wordFor(words, 'caution', code)).join('; ')}`;
  return (
    <Tooltip title={text}>
      <span className="caution" role="img" aria-label={text} tabIndex={0}>
        !
      </span>
    </Tooltip>
  );
}
