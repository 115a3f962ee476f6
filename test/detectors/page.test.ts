/** Every example of docs/detectors.md is found in the band that the page states. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import RE2 from 're2';
import { parse } from 'yaml';
import { configSchema } from '../../config/schema.js';
import { bandOf } from '../../detectors/band.js';
import { builtInDetectors, optionalDetectors, registry } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/detectors.md', import.meta.url)), 'utf8');
/** `| `text` (remark) | band |` below the heading of a detector. */
const examples = page.split(/^## /m).flatMap((section) => {
  const id = /^([a-z.-]+):/.exec(section)?.[1];
  return id === undefined ? [] : [...section.matchAll(/^\| `([^`]+)`[^|]*\| (high|medium|low|–) \|$/gm)].map(([, text = '', band = '']) => [id, text, band] as const);
});

describe('the patterns of the page on detectors', () => {
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => configSchema.shape.detectors.parse((parse(match[1] ?? '') as { readonly detectors?: unknown }).detectors));

  it('prove themselves', () => {
    expect(blocks.map(({ patterns }) => patterns.map(({ id }) => id))).toEqual([['acme.staff'], ['cn.permanent-residence']]);
    for (const options of blocks) expect(() => registry(options, { RE2, findAllWith })).not.toThrow();
  });

  it('find a foreigner’s older card beside words only', () => {
    const { detectors } = registry(blocks[1] ?? { disable: [], keep: {}, patterns: [] }, { RE2, findAllWith });
    const found = (text: string): number[] => findAllWith(text, detectors).filter(({ confidence }) => confidence >= 0.7).map(({ start }) => start);
    expect(found('持外国人永久居留身份证（CAN110178020209）办理')).toEqual([12]);
    expect(found('合同编号 CAN110178020209')).toEqual([]);
  });
});

describe('the examples of the page on detectors', () => {
  it('speak of every detector that comes with Weir', () => {
    for (const id of ['cn.resident-id', 'bank-card', 'cn.phone']) expect(examples.filter((one) => one[0] === id).length).toBeGreaterThan(5);
  });

  it.each(examples)('%s: %s is %s', (id, text, band) => {
    const found = findAllWith(text, [...builtInDetectors, ...optionalDetectors.filter((one) => one.id === id)]);
    expect(found.map((one) => `${one.detector} ${bandOf(one.confidence)}`)).toEqual(band === '–' ? [] : [`${id} ${band}`]);
  });
});
