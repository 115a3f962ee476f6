import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadConfig } from '../../../config/load.js';
import { reloading } from '../../../gateway/wiring/reload.js';
import { tempFolder } from '../../kit/temp.js';

const LOG = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

it('a changed policy that a part of the node could not run at once comes into force when it can', async () => {
  const file = join(tempFolder('reload'), 'weir.yaml');
  const write = (rules: string): void => writeFileSync(file, `version: 1\nroutes: [{ id: a, match: { path: /a }, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: ${rules} } }\n`);
  write('[]');
  const running = loadConfig(file, {});
  if (!running.ok) throw new Error('the configuration of this test is wrong');
  const results: boolean[] = [];
  let stop: () => Promise<void> = () => Promise.resolve();
  await new Promise<void>((resolve) => {
    const watching = reloading({
      file, env: {}, log: LOG, say: () => undefined, againMs: 10,
      running: running.config,
      revision: running.revision,
      apply: () => (results.length < 2 ? Promise.reject(new Error('one of them hangs')) : Promise.resolve()),
      onResult: (ok) => {
        results.push(ok);
        if (ok) resolve();
      },
    });
    stop = () => watching.close();
    write('[{ id: all, when: { found: {} }, action: hold }]');
  });
  await stop();
  expect(results).toEqual([false, false, true]);
});
