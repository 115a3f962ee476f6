/** Opening an original: a reason first, a few minutes on show, and then it is gone from the page. */
import { Alert, App, Button, Modal, Radio } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { openAnswer, ValuesAnswer } from '../../../../review/opening-schemas.js';
import { get, getFile, post, withQuery } from '../../api/client.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { saveFile } from '../../ui/save-file.js';
import { announce } from '../queue/announce.js';
import { ReasonField } from '../queue/reason-field.js';
import { clock, endOf, secondsLeft } from './countdown.js';
import type { Message } from './data.js';
import { messageWords } from './words.js';

/** Lives in the page's own state alone: no cache keeps it. */
export interface Shown {
  readonly values: ValuesAnswer['values'];
  readonly missing: number;
  readonly end: number;
}
/** Larger files go straight to the disk: the page need not hold them. */
const IN_PAGE_MOST = 64 * 1024 * 1024;

type What = 'values' | 'file';

export function OpenDialog({ message, onClose, onShown }: { readonly message: Message; readonly onClose: () => void; readonly onShown: (shown: Shown) => void }): ReactNode {
  const words = useWords(messageWords);
  const app = useWords(appWords);
  const { message: notice } = App.useApp();
  const [what, setWhat] = useState<What>(message.findings.length > 0 ? 'values' : 'file');
  const [reason, setReason] = useState('');
  const path = `/messages/${encodeURIComponent(message.id)}`;
  const open = useAct(
    async (wish: { readonly what: What; readonly reason: string }) => {
      const { opening } = await post<z.output<typeof openAnswer>>(`${path}/open`, wish);
      if (wish.what === 'values') {
        const { values, missing, expiresAt } = await get<ValuesAnswer>(`${path}/values`, { opening });
        onShown({ values, missing, end: endOf(expiresAt, Date.now()) });
        announce(words.openedSaid);
      } else {
        await download(`${path}/original`, opening, message);
        void notice.info(words.downloaded);
        announce(words.downloaded);
      }
      return true;
    },
    { quiet: true },
  );
  const submit = async (): Promise<void> => {
    if (reason.trim() === '' || open.busy) return;
    if ((await open.run({ what, reason: reason.trim() })) === true) onClose();
  };
  return (
    <Modal open title={words['do.open']} onCancel={onClose} onOk={() => void submit()} okText={words['do.open']} cancelText={app.cancel} okButtonProps={{ danger: true, disabled: reason.trim() === '', loading: open.busy }}>
      <Alert type="warning" showIcon title={words.openWarning} />
      {open.error === null || open.error === undefined ? null : <Failure error={open.error} />}
      <fieldset className="plain-fieldset">
        <legend>{words.openWhat}</legend>
        <Radio.Group
          value={what}
          onChange={(event) => setWhat(event.target.value as What)}
          vertical
          options={[
            { value: 'values', label: words.openValues, disabled: message.findings.length === 0 },
            { value: 'file', label: words.openFile },
          ]}
        />
      </fieldset>
      {what === 'file' ? <Alert type="error" showIcon title={words.openFileWarning} /> : null}
      <ReasonField value={reason} onChange={setReason} onSubmit={() => void submit()} />
    </Modal>
  );
}

async function download(path: string, opening: string, message: Message): Promise<void> {
  if (message.bytes <= IN_PAGE_MOST) {
    const { blob, name } = await getFile(path, { opening });
    saveFile(blob, name ?? `${message.id}.bin`);
    return;
  }
  const link = document.createElement('a');
  link.href = withQuery(path, { opening });
  link.download = `${message.id}.bin`;
  link.click();
}

const TICK_MS = 250;

/** Counts down in sight, and ends what is shown. */
export function OpenedBar({ shown, onEnd }: { readonly shown: Shown; readonly onEnd: () => void }): ReactNode {
  const words = useWords(messageWords);
  const [left, setLeft] = useState(() => secondsLeft(shown.end, Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsLeft(shown.end, Date.now())), TICK_MS);
    return () => clearInterval(timer);
  }, [shown]);
  useEffect(() => {
    if (left > 0) return;
    announce(words.hidden);
    onEnd();
  }, [left, onEnd, words]);
  return (
    <div className="opened-bar" role="timer">
      <strong>{words.opened(clock(left))}</strong>
      {shown.missing > 0 ? <small>{words.openedMissing(shown.missing)}</small> : null}
      <span className="spread" />
      <Button size="small" onClick={onEnd}>
        {words.hideNow}
      </Button>
    </div>
  );
}
