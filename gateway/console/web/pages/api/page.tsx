/** The page `api`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { apiWords } from './words.js';

export function ApiPage(): ReactNode {
  const words = useWords(apiWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
