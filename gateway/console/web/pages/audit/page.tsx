/** The page `audit`. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { PageFrame } from '../../ui/page-frame.js';
import { auditWords } from './words.js';

export function AuditPage(): ReactNode {
  const words = useWords(auditWords);
  return <PageFrame title={words.title}>{null}</PageFrame>;
}
