/** The page `queue`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { queueWords } from './words.js';

export function QueuePage(): ReactNode {
  const words = useWords(queueWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
