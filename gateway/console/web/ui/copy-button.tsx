/** Puts a text on the clipboard; where the browser forbids that, nothing is pretended. */
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { appWords } from '../app/words.js';
import { useWords } from '../app/words-of.js';

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }): ReactNode {
  const words = useWords(appWords);
  const [copied, setCopied] = useState(false);
  // Without TLS browsers offer no clipboard: the text stands there to be marked by hand.
  if (!globalThis.isSecureContext) return null;
  const copy = async (): Promise<void> => {
    await globalThis.navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Button onClick={() => void copy()} aria-live="polite">
      {copied ? words.copied : (label ?? words.copy)}
    </Button>
  );
}
