/** The page `accounts`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { accountsWords } from './words.js';

export function AccountsPage(): ReactNode {
  const words = useWords(accountsWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
