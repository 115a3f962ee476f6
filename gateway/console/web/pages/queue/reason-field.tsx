/** Asks for a reason: typed, or one of the usual ones where that is enough. */
import { Button, Input } from 'antd';
import { useId, type ReactNode } from 'react';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { REASON_MOST } from '../../ui/reason-button.js';
import { queueWords } from './words.js';

export function ReasonField({ value, onChange, presets = [], hint, focus = true, onSubmit }: { readonly value: string; readonly onChange: (text: string) => void; readonly presets?: readonly string[]; readonly hint?: string; readonly focus?: boolean; readonly onSubmit?: () => void }): ReactNode {
  const app = useWords(appWords);
  const words = useWords(queueWords);
  const id = useId();
  return (
    <div className="reason-field">
      <label htmlFor={id}>{app.reason}</label>
      <Input.TextArea
        id={id}
        rows={2}
        value={value}
        maxLength={REASON_MOST}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // A reason is one line as a rule; a line end is still to be had with Shift.
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || onSubmit === undefined) return;
          event.preventDefault();
          onSubmit();
        }}
        autoFocus={focus}
        aria-describedby={`${id}-hint`}
      />
      <small id={`${id}-hint`}>{hint ?? app.reasonNeeded}</small>
      {presets.length === 0 ? null : (
        <div className="presets" role="group" aria-label={words['reason.presets']}>
          {presets.map((preset) => (
            <Button key={preset} size="small" onClick={() => onChange(preset)} aria-pressed={value === preset}>
              {preset}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
