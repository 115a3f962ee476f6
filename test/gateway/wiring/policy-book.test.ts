/** The book of policies: what runs is known at once, and the ledger learns of it sooner or later. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { revisionOf } from '../../../config/load.js';
import { configSchema } from '../../../config/schema.js';
import type { PolicyRevisionsLedger } from '../../../gateway/ports.js';
import { policyBook } from '../../../gateway/wiring/policy-book.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';

const settings = configSchema.parse({ version: 1, routes: [{ id: 'mail', match: {}, upstream: 'demo', policy: 'p' }], policies: { p: { rules: [] } } });
const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

describe('the book of policies', () => {
  it('writes each revision down in order, those of an outage of the database too', async () => {
    const file = join(tempFolder('book'), 'config.yaml');
    const write = (text: string): string => {
      writeFileSync(file, text);
      return revisionOf(Buffer.from(text));
    };
    const written: string[] = [];
    const state = { away: true };
    const ledger: Pick<PolicyRevisionsLedger, 'ran'> = {
      ran: ({ revision, run, yaml }) => {
        if (state.away) return Promise.reject(new Error('away'));
        written.push(`${run.how} ${revision} ${yaml.length}`);
        return Promise.resolve();
      },
    };
    const first = write('# one\n');
    const book = policyBook({ file, version: '1', clock: manualClock(), log: quiet, revisions: { ...ledger, list: () => Promise.resolve([]), get: () => Promise.resolve(undefined) }, first: { revision: first, settings } });
    const second = write('# the second, with https://user:secret@a.example\n');
    book.ran(second, 'reload', settings);
    expect(book.running()).toMatchObject({ revision: second, digest: createHash('sha256').update('# the second, with https://user:secret@a.example\n').digest('hex') });
    expect(book.running().yaml).not.toContain('secret');
    await new Promise(setImmediate);
    expect(written).toEqual([]);
    state.away = false;
    // Replaced before it could be read: its text is not another's.
    book.ran('cccccccccccc', 'reload', settings);
    expect(book.running().yaml).toMatch(/^# The file was replaced/);
    await new Promise(setImmediate);
    expect(written.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([`start ${first}`, `reload ${second}`, 'reload cccccccccccc']);
    book.stop();
  });
});
