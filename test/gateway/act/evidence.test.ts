/** Head and body are judged together; masks are chosen by kind of finding once the verdict is known. */
import { describe, expect, it } from '@jest/globals';
import { countsOf, joined, kinds } from '../../../gateway/act/evidence.js';
import { evidence, finding, found } from '../policy/kit.js';

describe('evidence', () => {
  it('of head and body is joined, and counted per detector', () => {
    const both = joined(evidence([found('cn.phone', 2, { where: 'head' })], ['malformed']), evidence([found('cn.phone', 3), found('bank-card', 1)], ['timeout']));
    expect(countsOf(both)).toEqual({ 'cn.phone': 5, 'bank-card': 1 });
    expect(both.unscannable.map(({ reason }) => reason)).toEqual(['malformed', 'timeout']);
  });
});

describe('kinds of findings', () => {
  it('are the same exactly for findings that policy cannot tell apart', () => {
    const own = kinds();
    const numbers = [
      finding('cn.phone'), finding('cn.phone', { start: 50, fingerprint: 'other', preview: '1' }), finding('cn.phone', { confidence: 0.5 }),
      finding('cn.phone', { tags: ['test-number'] }), finding('cn.phone', { maskable: false }), finding('bank-card'), finding('cn.phone'),
    ].map((one) => own.numberOf(one));
    expect(numbers).toEqual([0, 0, 1, 2, 3, 4, 0]);
  });

  it('are chosen by what is wanted of a finding; a number nobody gave out is none', () => {
    const own = kinds();
    own.numberOf(finding('cn.phone'));
    own.numberOf(finding('bank-card'));
    const chosen = own.choose(({ detector }) => detector === 'bank-card');
    expect([chosen(0), chosen(1), chosen(2)]).toEqual([false, true, false]);
  });
});
