/** The page `overview`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { overviewWords } from './words.js';

export function OverviewPage(): ReactNode {
  const words = useWords(overviewWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
