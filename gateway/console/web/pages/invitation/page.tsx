/** The page `invitation`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { invitationWords } from './words.js';

export function InvitationPage(): ReactNode {
  const words = useWords(invitationWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
