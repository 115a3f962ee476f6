/** The console for people whom motion makes ill. */
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';

it('ends every animation and transition at once where the system asks for less motion', async () => {
  const style = await readFile('gateway/console/web/style.css', 'utf8');
  const [, rules = ''] = /@media \(prefers-reduced-motion: reduce\) \{([^@]*)\}\s*$/.exec(style) ?? [];
  expect(rules).toContain('*, ::before, ::after');
  for (const what of ['animation-duration: 0.01ms', 'animation-iteration-count: 1', 'transition-duration: 0.01ms', 'scroll-behavior: auto']) expect(rules).toContain(`${what} !important`);
});
