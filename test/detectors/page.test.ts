/** Every example of docs/detectors.md is found in the band that the page states. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { bandOf } from '../../detectors/band.js';
import { builtInDetectors, optionalDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/detectors.md', import.meta.url)), 'utf8');
/** `| `text` (remark) | band |` below the heading of a detector. */
const examples = page.split(/^## /m).flatMap((section) => {
  const id = /^([a-z.-]+):/.exec(section)?.[1];
  return id === undefined ? [] : [...section.matchAll(/^\| `([^`]+)`[^|]*\| (high|medium|low|–) \|$/gm)].map(([, text = '', band = '']) => [id, text, band] as const);
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
