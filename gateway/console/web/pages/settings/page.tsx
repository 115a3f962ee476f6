/** The page `settings`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { settingsWords } from './words.js';

export function SettingsPage(): ReactNode {
  const words = useWords(settingsWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
