import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../config/schema.js';
import { engine } from '../../gateway/engine.js';
import { bodyHead } from '../kit/engine.js';
import { plan } from './policy/kit.js';

const LETTER = Buffer.from('请把款打到银行卡号 6222021234567890123（户名张三），谢谢。');

/** What a policy that acts from `confidence` does with the letter. */
function actionOf(enable: readonly string[], found: { readonly confidence?: number }): string {
  const failures: unknown[] = [];
  const { inspectors } = engine({ ...configSchema.shape.detectors.parse({ enable }) }, Buffer.from('test key'), (thrown) => failures.push(thrown));
  const inspector = inspectors().inspect(bodyHead('text/plain; charset=utf-8'), LETTER, () => false);
  inspector.write(Uint8Array.from(LETTER));
  inspector.end(true);
  expect(failures).toEqual([]);
  return plan({ rules: [{ id: 'r', when: { found }, action: 'block' }] }).decide(inspector.evidence()).action;
}

describe('a card number with a wrong check digit', () => {
  it('is acted on only where its detector is enabled and a rule asks for so little confidence', () => {
    expect(actionOf(['bank-card.unchecked'], { confidence: 0.5 })).toBe('block');
    expect(actionOf(['bank-card.unchecked'], {})).toBe('pass');
    expect(actionOf([], { confidence: 0.5 })).toBe('pass');
    expect(actionOf([], { confidence: 0 })).toBe('pass');
  });
});
