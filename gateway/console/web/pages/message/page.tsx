/** The page `message`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { messageWords } from './words.js';

export function MessagePage(): ReactNode {
  const words = useWords(messageWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
