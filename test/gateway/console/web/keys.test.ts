import { describe, expect, it } from '@jest/globals';
import { chords, takesText } from '../../../../gateway/console/web/app/keys.js';

const press = (key: string, more: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('keys', () => {
  it('name themselves; g and a second one name a page', () => {
    const read = chords(() => 0);
    expect(['j', 'g', 'q', 'q', '?'].map((key) => read(press(key), null))).toEqual(['j', undefined, 'g q', 'q', '?']);
  });

  it('forget a g that stood alone too long', () => {
    let now = 0;
    const read = chords(() => now);
    read(press('g'), null);
    now = 5_000;
    expect(read(press('q'), null)).toBe('q');
  });

  it('are letters while somebody writes, and the browser keeps its own', () => {
    const read = chords(() => 0);
    for (const target of [{ tagName: 'INPUT', type: 'text' }, { tagName: 'TEXTAREA' }, { tagName: 'SELECT' }, { isContentEditable: true }]) {
      expect(takesText(target)).toBe(true);
      expect(read(press('r'), target)).toBeUndefined();
    }
    expect(takesText({ tagName: 'INPUT', type: 'checkbox' })).toBe(false);
    for (const held of ['ctrlKey', 'metaKey', 'altKey']) expect(read(press('r', { [held]: true }), null)).toBeUndefined();
  });

  it('leave Enter to the button or link that has the focus', () => {
    const read = chords(() => 0);
    const button = { tagName: 'BUTTON', closest: () => ({}) };
    expect([read(press('Enter'), button), read(press('r'), button), read(press('Enter'), { tagName: 'TR', closest: () => null })]).toEqual([undefined, 'r', 'Enter']);
  });
});
