/** Actions and severities as words in their colours; never by colour alone. */
import { Tag } from 'antd';
import type { ReactNode } from 'react';
import type { Action, Severity } from '../../../../ports/names.js';
import { useWords } from '../../app/words-of.js';
import { policyWords } from './words.js';

const ACTION_COLOURS: Readonly<Record<Action, string>> = { pass: 'success', mask: 'processing', hold: 'warning', block: 'error' };
const SEVERITY_COLOURS: Readonly<Record<Severity, string>> = { info: 'default', low: 'default', medium: 'processing', high: 'warning', critical: 'error' };

export function ActionTag({ action }: { readonly action: Action }): ReactNode {
  return <Tag color={ACTION_COLOURS[action]}>{useWords(policyWords)[`action.${action}`]}</Tag>;
}

export function SeverityTag({ severity }: { readonly severity: Severity }): ReactNode {
  return <Tag color={SEVERITY_COLOURS[severity]}>{useWords(policyWords)[`severity.${severity}`]}</Tag>;
}
