import { describe, expect, it } from '@jest/globals';
import { WideMasks } from '../../../gateway/detect/wide-masks.js';
import { VIEWS } from '../../../gateway/decode/views.js';

const [plain] = VIEWS.line;

/** Units with the places of their bytes, read from wire offset 100 on. */
function read(masks: WideMasks, text: string): string[] {
  if (plain === undefined) throw new Error('no view');
  const { units, from, to, length } = masks.joined(plain.decode(Buffer.from(text), true), 100);
  return Array.from({ length }, (_, i) => `${String.fromCharCode(units[i] ?? 0)} ${from[i] ?? 0}–${to[i] ?? 0}`);
}

describe('characters that were masked by several stars', () => {
  it('are read again as one unit each, and stars beside them as themselves', () => {
    const masks = new WideMasks();
    masks.add(105, 109, 0xff0a);
    masks.add(101, 105, 0xff0a);
    expect(read(masks, 'a*********b')).toEqual(['a 0–1', '＊ 1–5', '＊ 5–9', '* 9–10', 'b 10–11']);
  });

  it('are known once, however often they are told', () => {
    const masks = new WideMasks();
    const other = new WideMasks();
    masks.add(100, 102, 0x2a);
    other.add(100, 102, 0x2a);
    other.add(103, 105, 0x2a);
    masks.addAll(other);
    expect(masks.count).toBe(2);
    expect(read(masks, '**a**')).toEqual(['* 0–2', 'a 2–3', '* 3–5']);
  });

  it('are one unit too where the text begins or ends inside them', () => {
    const masks = new WideMasks();
    masks.add(98, 102, 0x2a);
    masks.add(103, 107, 0x2a);
    expect(read(masks, '**a**')).toEqual(['* 0–2', 'a 2–3', '* 3–5']);
  });

  it('are forgotten when the text before them has been let go', () => {
    const masks = new WideMasks();
    masks.add(100, 104, 0x2a);
    masks.add(110, 114, 0x2a);
    expect([masks.isIn(0, 100), masks.isIn(0, 101), masks.isIn(104, 110), masks.isIn(113, 200)]).toEqual([false, true, false, true]);
    masks.drop(104);
    expect(masks.count).toBe(1);
    masks.drop(200);
    expect(masks.count).toBe(0);
  });
});
