/** Something shown once: to be copied, never fetched again. */
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.js';

export function Secret({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <div className="secret">
      <code aria-label={label}>{text}</code>
      <CopyButton text={text} />
    </div>
  );
}
