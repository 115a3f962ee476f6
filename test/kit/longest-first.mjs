/** Runs the suites that take longest first, so that no long one begins when the other cores are done. */
import { createRequire } from 'node:module';
import { relative, sep } from 'node:path';

/** Jest's own, found as jest finds it. */
const jest = createRequire(createRequire(import.meta.url).resolve('jest'));
const { default: Sequencer } = createRequire(jest.resolve('@jest/core'))('@jest/test-sequencer');

/** Seconds beside two others on two cores; others take less. Only the order counts, so a figure that is out of date costs little. */
const KNOWN = new Map(
  Object.entries({
    'test/laws/nothing-is-lost.whole.test.ts': 400,
    'test/torture/torture.whole.test.ts': 300,
    'test/gateway/console/web/console.whole.test.ts': 150,
    'test/gateway/console/web/reviewers.whole.test.ts': 95,
    'test/laws/mail-is-not-lost.whole.test.ts': 90,
    'test/e2e/fleet.whole.test.ts': 80,
    'test/gateway/console/web/mail.whole.test.ts': 62,
    'test/gateway/vault/s3-faults.whole.test.ts': 58,
    'test/e2e/console-story.whole.test.ts': 58,
    'test/e2e/backup.whole.test.ts': 50,
    'test/e2e/large.whole.test.ts': 46,
    'test/gateway/bundle.whole.test.ts': 40,
    'test/laws/values-stay-inside.whole.test.ts': 35,
    'test/e2e/first-day.whole.test.ts': 30,
    'test/laws/mail-accounting.whole.test.ts': 30,
  }),
);

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const known = ({ path, context }) => KNOWN.get(relative(context.config.rootDir, path).split(sep).join('/')) ?? 0;
    // What jest remembers of earlier runs, and where it remembers nothing the size of the file, decides among the others.
    const others = new Map(super.sort([...tests]).map((test, at) => [test, at]));
    return [...tests].sort((a, b) => known(b) - known(a) || (others.get(a) ?? 0) - (others.get(b) ?? 0));
  }
}
