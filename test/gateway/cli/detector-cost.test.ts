import { describe, expect, it } from '@jest/globals';
import type { PatternDefinition } from '../../../detectors/pattern.js';
import type { RegistryOptions } from '../../../detectors/registry.js';
import { detectorCosts } from '../../../gateway/cli/detector-cost.js';
import { costLines } from '../../../gateway/cli/detector-cost-report.js';
import { wordsFor } from '../../../gateway/cli/words.js';

function pattern(id: string): PatternDefinition {
  return {
    id, title: { zh: id, en: id }, pattern: `${id.toUpperCase().replaceAll('.', '')}\\d{6}`, checksum: 'none', words: [], confidence: 0.7, confidenceWithWords: 0.9,
    keep: { first: 0, last: 0 }, cases: { hit: [`«${id.toUpperCase().replaceAll('.', '')}123456»`], miss: ['-'] },
  };
}
const options: RegistryOptions = { disable: ['cn.phone', 'a.c'], keep: { 'a.a': { first: 1, last: 0 } }, patterns: [pattern('a.a'), pattern('a.b'), pattern('a.c')] };

describe('the costs of declared patterns', () => {
  it('are measured beside the built-in detectors, all at once and each alone, without those that are disabled', () => {
    const asked: (readonly string[])[] = [];
    const costs = detectorCosts(options, (settings) => {
      expect(settings.every(({ disable }) => disable.join() === 'cn.phone')).toBe(true);
      asked.push(...settings.map(({ patterns }) => patterns.map(({ id }) => id)));
      return settings.map(({ patterns }) => 10 + 2.506 * patterns.length);
    });
    expect(asked).toEqual([[], ['a.a', 'a.b'], ['a.a'], ['a.b']]);
    expect(costs).toEqual({ builtIn: 10, all: 15.01, patterns: [{ id: 'a.a', class: 'set', adds: 2.51 }, { id: 'a.b', class: 'set', adds: 2.51 }] });
  });

  it('are not measured where none is in force', () => {
    const never = (): never => {
      throw new Error('measured');
    };
    expect(detectorCosts({ ...options, disable: ['a.a', 'a.b', 'a.c'] }, never)).toBeUndefined();
  });

  it('name the way in which each pattern is searched for', () => {
    const patterns = [{ ...pattern('a.a'), pattern: '\\d{10}' }, { ...pattern('a.b'), pattern: 'PRJ-\\d{4}' }, { ...pattern('a.c'), pattern: '[A-Z]{2}\\d{4}' }];
    const costs = detectorCosts({ disable: [], keep: {}, patterns }, (settings) => settings.map(() => 1));
    expect(costs?.patterns.map((one) => one.class)).toEqual(['digits', 'literal', 'set']);
  });

  it('are never less than nothing, whatever the clock says', () => {
    expect(detectorCosts({ disable: [], keep: {}, patterns: [pattern('a.a')] }, () => [3, 2])?.patterns).toEqual([{ id: 'a.a', class: 'set', adds: 0 }]);
  });

  it.each([['some', ['cn.phone']], ['no', ['cn.resident-id', 'bank-card', 'cn.phone']]])('can really be measured beside %s built-in detectors', (_, disable) => {
    const costs = detectorCosts({ ...options, disable: [...disable, 'a.c'] });
    expect(costs?.builtIn).toBeGreaterThan(0);
    expect(costs?.patterns.map(({ id }) => id)).toEqual(['a.a', 'a.b']);
  });

  it('are told in both languages, in columns', () => {
    const costs = { builtIn: 10, all: 25, patterns: [{ id: 'a.a', class: 'digits', adds: 2.5 }, { id: 'a.long', class: 'set', adds: 12 }] } as const;
    expect(costLines(costs, wordsFor('en'))).toEqual([
      'Processor time per MiB of a sample text: built-in detectors 10.0 ms, with all 2 declared pattern(s) 25.0 ms, 2.5 times as much. By itself adds:',
      '  a.a       +2.5 ms  looked at closer only where a long number stands',
      '  a.long   +12.0 ms  looked at closer wherever its form stands',
    ]);
    expect(costLines(costs, wordsFor('zh')).join('\n')).toContain('内置检测器 10.0 毫秒');
  });
});
