/** Recovery codes, shown once. */
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { CopyButton } from '../../ui/copy-button.js';
import { saveFile } from '../../ui/save-file.js';
import { Card } from './card.js';
import { signInWords } from './words.js';

export function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => Promise<void> }): ReactNode {
  const words = useWords(signInWords);
  return (
    <Card title={words.codesTitle} hint={words.codesHint}>
      <CodeList codes={codes} />
      <KeptButton onKept={onKept} label={words.codesKept} />
    </Card>
  );
}

function KeptButton({ onKept, label }: { readonly onKept: () => Promise<void>; readonly label: string }): ReactNode {
  const [busy, setBusy] = useState(false);
  return (
    <Button
      type="primary"
      size="large"
      block
      loading={busy}
      onClick={() => {
        setBusy(true);
        void onKept().finally(() => setBusy(false));
      }}
    >
      {label}
    </Button>
  );
}

export function CodeList({ codes }: { readonly codes: readonly string[] }): ReactNode {
  const words = useWords(signInWords);
  const text = `${codes.join('\n')}\n`;
  return (
    <>
      <ul className="recovery-codes" aria-label={words.codesTitle}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="card-links">
        <CopyButton text={text} />
        <Button onClick={() => saveFile(new Blob([text], { type: 'text/plain' }), 'weir-recovery-codes.txt')}>{words.codesSave}</Button>
      </div>
    </>
  );
}
