import { readFile } from 'node:fs/promises';
import { describe, it, expect } from '@jest/globals';
import { builtInDetectors } from '../../../detectors/registry.js';
import { findAllWith } from '../../../detectors/scan/find.js';

const english = await readFile('README.md', 'utf8');
const chinese = await readFile('README.zh-CN.md', 'utf8');

/** Lines to type, joined where they go on, without their comments. */
const commands = (page: string): readonly string[] =>
  (page.replaceAll('\\\n', '').match(/^ {4}(?:curl|npm|npx) .*$/gm) ?? []).map((line) =>
    line.replace(/\s+#.*$/, '').trim(),
  );
/** What the reader fills in is in their language. */
const comparable = (command: string): string =>
  command.replace(/release \S+/, 'release ID').replace(/--reason '[^']*'/, "--reason '…'");
const found = (path: string): readonly string[] => {
  const body =
    commands(english)
      .find((command) => command.includes(path))
      ?.split(" -d '")[1] ?? '';
  return findAllWith(body, builtInDetectors)
    .filter((finding) => finding.confidence >= 0.7)
    .map((finding) => finding.detector);
};

describe('the two READMEs', () => {
  it('give the same commands', () => {
    expect(commands(english).length).toBeGreaterThan(6);
    expect(commands(chinese).map(comparable)).toEqual(commands(english).map(comparable));
  });

  it('link to the same pages', () => {
    const links = (page: string): readonly string[] =>
      [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to).filter((to) => !to.startsWith('README'));
    expect(links(chinese)).toEqual(links(english));
  });

  it('show numbers that are found: a mask, a block from three on, a hold', () => {
    expect(found('/upload')).toEqual(['cn.resident-id', 'bank-card']);
    expect(found('/mail')).toEqual(['cn.resident-id', 'cn.resident-id', 'cn.resident-id']);
    expect(found('/share')).toEqual(['cn.resident-id']);
  });
});
