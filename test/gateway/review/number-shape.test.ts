import { describe, expect, it } from '@jest/globals';
import { hasNumberShape } from '../../../gateway/review/number-shape.js';

describe('number shapes in a text that is stored unsealed', () => {
  it.each(['13800138000', '138 0013 8000', '138-0013-8000', '１３８００１３８０００', '一三八〇〇一三八〇〇〇', 'id:11010519491231002X.', '٠١٢٣٤٥٦٧٨٩٠'])('%s is one', (text) => {
    expect(hasNumberShape(text)).toBe(true);
  });

  it.each(['', '1234567890', '2026-11-22 10:30', 'call 110, then 120, then 119', '一共三个文件，二〇二六年'])('%s is none', (text) => {
    expect(hasNumberShape(text)).toBe(false);
  });
});
