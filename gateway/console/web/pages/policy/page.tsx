/** The page `policy`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { policyWords } from './words.js';

export function PolicyPage(): ReactNode {
  const words = useWords(policyWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
