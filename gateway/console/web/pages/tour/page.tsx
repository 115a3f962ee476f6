/** The page `tour`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { tourWords } from './words.js';

export function TourPage(): ReactNode {
  const words = useWords(tourWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
