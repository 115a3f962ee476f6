/** The list of keys, under `?`. */
import { Modal } from 'antd';
import type { ReactNode } from 'react';
import type { KeyAction } from './keys.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

export function KeyOverlay({ open, onClose, everywhere, here }: { readonly open: boolean; readonly onClose: () => void; readonly everywhere: readonly KeyAction[]; readonly here: readonly KeyAction[] }): ReactNode {
  const words = useWords(appWords);
  return (
    <Modal title={words.keys} open={open} onCancel={onClose} footer={null} width={640} destroyOnHidden>
      <div className="key-columns">
        {here.length === 0 ? null : <KeyList title={words.keysHere} actions={here} />}
        <KeyList title={words.keysEverywhere} actions={everywhere} />
      </div>
    </Modal>
  );
}

function KeyList({ title, actions }: { readonly title: string; readonly actions: readonly KeyAction[] }): ReactNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {actions.map(({ key, label }) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
