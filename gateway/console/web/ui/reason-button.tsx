/** A button for an act that asks for a reason first: the reason is recorded with it. */
import { Button, Input, Modal, type ButtonProps } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { appWords } from '../app/words.js';
import { useWords } from '../app/words-of.js';

/** As the API bounds it (gateway/review/schemas.ts). */
export const REASON_MOST = 500;

export interface ReasonButtonProps {
  readonly label: string;
  /** Said in the dialog: what will happen. */
  readonly text?: ReactNode;
  readonly danger?: boolean;
  readonly primary?: boolean;
  readonly button?: ButtonProps;
  /** Gives undefined when it failed; the dialog then stays open with what was written. */
  readonly act: (reason: string) => Promise<unknown>;
  /** Further fields of the dialog. */
  readonly children?: ReactNode;
}

export function ReasonButton({ label, text, danger = false, primary = false, button, act, children }: ReasonButtonProps): ReactNode {
  const words = useWords(appWords);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const id = useId();
  const submit = async (): Promise<void> => {
    setBusy(true);
    const result = await act(reason.trim());
    setBusy(false);
    if (result === undefined) return;
    setOpen(false);
    setReason('');
  };
  return (
    <>
      <Button {...button} danger={danger} type={primary ? 'primary' : 'default'} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal
        title={label}
        open={open}
        onCancel={() => setOpen(false)}
        onOk={() => void submit()}
        okText={label}
        cancelText={words.cancel}
        okButtonProps={{ danger, disabled: reason.trim() === '', loading: busy }}
        destroyOnHidden
      >
        {text === undefined ? null : <p>{text}</p>}
        {children}
        <label htmlFor={id}>{words.reason}</label>
        <Input.TextArea id={id} rows={3} value={reason} maxLength={REASON_MOST} onChange={(event) => setReason(event.target.value)} autoFocus aria-describedby={`${id}-hint`} />
        <small id={`${id}-hint`}>{words.reasonNeeded}</small>
      </Modal>
    </>
  );
}
