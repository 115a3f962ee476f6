/** Which recipients a decision is about, and where a part of a mail is shown. */
import { describe, expect, it } from '@jest/globals';
import { asked, fieldLabel, mainFields, tabOf, tally, waiting } from '../../../../../gateway/console/web/pages/message/mail/recipients.js';

const one = (n: number, fate: 'held' | 'delivered' | 'refused' | 'relaying') => ({ n, address: `a***@${String(n)}.example`, fate, inDoubt: false, at: '2026-01-01T00:00:00Z' });
const ALL = [one(0, 'held'), one(3, 'delivered'), one(5, 'held'), one(6, 'refused')];

describe('the recipients of a decision', () => {
  it('are those who wait; after a release that failed also those whom it did not reach', () => {
    expect(waiting(ALL, 'held')).toEqual([0, 5]);
    expect(waiting(ALL, 'failed')).toEqual([0, 5, 6]);
  });

  it('are not named where all are meant, and are none where nobody is left', () => {
    expect(asked(ALL, 'held', new Set())).toBeUndefined();
    expect(asked(ALL, 'held', new Set([3]))).toBeUndefined();
    expect(asked(ALL, 'held', new Set([0]))).toEqual([5]);
    expect(asked(ALL, 'held', new Set([0, 5]))).toEqual([]);
  });

  it('are counted by their fates', () => {
    expect(tally(ALL)).toEqual([{ fate: 'held', count: 2 }, { fate: 'delivered', count: 1 }, { fate: 'refused', count: 1 }]);
  });
});

describe('a mail on the page', () => {
  const part = (path: string) => ({ path, size: 1, unscanned: 0, chain: [], depth: 0, readable: true, cautions: [], findings: 0, reasons: [] });

  it('shows each part where it reads best', () => {
    const mail = { texts: [part('body/1/1')], attachments: [part('body/2.csv')] };
    expect(['body/1/1', 'body/2.csv', 'body/header', 'head', 'head/subject', 'body/preamble'].map((path) => tabOf(path, mail))).toEqual(['text', 'attachments', 'headers', 'headers', 'headers', 'findings']);
  });

  it('names fields as people write them, the main ones first', () => {
    expect(['message-id', 'x-mailer', 'dkim-signature', 'reply-to', 'x-ms-has-attach'].map(fieldLabel)).toEqual(['Message-ID', 'X-Mailer', 'DKIM-Signature', 'Reply-To', 'X-MS-Has-Attach']);
    const field = (name: string) => ({ name, segments: [], cautions: [] });
    expect(mainFields([field('received'), field('subject'), field('to'), field('from'), field('to')]).map(({ name }) => name)).toEqual(['from', 'to', 'to', 'subject']);
  });
});
