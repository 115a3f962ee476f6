/** What lists show of strangers' words. */
import { describe, expect, it } from '@jest/globals';
import { summaryView } from '../../../gateway/review/message-view.js';
import type { StoredMessage } from '../../../gateway/ports.js';
import { heldMessage } from '../../kit/held.js';

const stored = (subject: string | undefined): StoredMessage => ({ ...heldMessage({ subject }), state: 'held', joined: 1, decision: undefined, delivery: undefined, lastError: undefined });
const shown = (subject: string | undefined): string | undefined => summaryView(stored(subject)).subject;

describe('a subject in a list', () => {
  it('cannot turn the words beside it around, nor hide some of its own: such marks are written out', () => {
    expect(shown('invoice \u202egpj.exe\u2069')).toBe('invoice ⟨U+202E⟩gpj.exe⟨U+2069⟩');
    expect(shown('a\u200bb\u0000c\r\nd')).toBe('a⟨U+200B⟩b␀c␊d');
  });

  it('is else as it is, in any language, or absent', () => {
    expect(shown('合同 138****0000 – שלום')).toBe('合同 138****0000 – שלום');
    expect(shown(undefined)).toBeUndefined();
  });
});
