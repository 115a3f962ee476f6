/** A second look at what is about to leave masked: it fails closed. */
import { WeirError } from '../errors.js';
import type { Plan } from '../ports.js';
import { timed } from './books.js';
import { childParts } from './children.js';
import { paced } from './paced.js';
import type { PipelinePorts, Run } from './run.js';

/** The masked body is scanned once more before it leaves, the parts in it too: a mask that uncovered something, or made a part unreadable, fails closed (HC 9). */
export async function provenClean(ports: PipelinePorts, run: Run, body: AsyncIterable<Uint8Array>, wanted: Plan['masks']): Promise<void> {
  const uncovered = new Set<string>();
  const seen = (finding: { readonly detector: string }): void => void uncovered.add(finding.detector);
  const again = ports.inspectors.inspect(
    run.exchange.body,
    run.prefix,
    (finding) => {
      if (wanted(finding)) seen(finding);
      return false;
    },
    { defers: ports.opener !== undefined },
  );
  const children = childParts(ports, again);
  try {
    for await (const chunk of paced(body, () => run.books.scanMs)) {
      timed(ports, run.books, () => again.write(chunk));
      await children.take();
    }
    timed(ports, run.books, () => again.end(true));
    await children.take();
    await children.open((finding) => {
      if (wanted(finding)) seen(finding);
    });
  } finally {
    await children.close();
  }
  // A second look that failed where the first did not proves nothing; nor does one at a part that could be read before.
  const before = new Set(run.books.evidence?.unscannable.map(({ part, reason }) => `${reason} ${part}`));
  const isIn = (part: string): boolean => again.children.some((child) => part === child.part || part.startsWith(`${child.part}/`));
  const isBlind = again.unscannable.some(({ part, reason }) => (reason === 'failed' || isIn(part)) && !before.has(`${reason} ${part}`));
  if (uncovered.size > 0 || isBlind) throw new WeirError('mask-failed');
}

/** For what is kept: whoever releases it masked cannot see what still shows in it. */
export async function isProvenClean(ports: PipelinePorts, run: Run, body: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    await provenClean(ports, run, body, () => true);
    return true;
  } catch {
    return false;
  }
}
