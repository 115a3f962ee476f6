/** The page `sign-in`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { signInWords } from './words.js';

export function SignInPage(): ReactNode {
  const words = useWords(signInWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
