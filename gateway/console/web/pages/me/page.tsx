/** The page `me`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { meWords } from './words.js';

export function MePage(): ReactNode {
  const words = useWords(meWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
