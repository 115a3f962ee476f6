/** Scripted servers and next hops that go away after each test. */
import { afterEach } from '@jest/globals';
import type { NextHops } from '../../../../gateway/ports.js';
import { scriptedSmtp, type ScriptedSmtp, type ScriptedSmtpOptions } from '../../../kit/scripted-smtp.js';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function atEnd(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

export async function server(options: ScriptedSmtpOptions = {}): Promise<ScriptedSmtp> {
  const one = await scriptedSmtp(options);
  atEnd(() => one.close());
  return one;
}

export function closing(hops: NextHops): NextHops {
  atEnd(() => hops.close());
  return hops;
}
