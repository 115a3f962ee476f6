/** A notice is claimed for longer than it takes to try it, and sent under one id. */
import { describe, expect, it } from '@jest/globals';
import type { Notice, NoticesLedger } from '../../gateway/ledger/notices-ledger.js';
import { noticeHandler } from '../../workers/notice.js';

const notice: Notice = { n: 7, kind: 'expired', incident: 'w7', route: 'mail', direction: 'request', receivedAt: new Date(0), at: new Date(0), sender: undefined, channel: 'http', words: undefined, attempts: 3 };
const job = { n: 1, kind: 'notice', messageId: 'w7', ref: '7', attempts: 0 } as const;

function ledger(begun: Awaited<ReturnType<NoticesLedger['begin']>>): { readonly notices: NoticesLedger; readonly ended: string[] } {
  const ended: string[] = [];
  const end = (how: string) => () => Promise.resolve(void ended.push(how));
  return { ended, notices: { begin: () => Promise.resolve(begun), sent: end('sent'), handedOver: () => Promise.resolve(true), waiting: end('waiting'), none: end('none'), retry: end('retry'), dead: end('dead'), adopt: () => Promise.resolve(0), counts: () => Promise.resolve({ open: 0, dead: 0 }) } };
}

describe('the job of a notice', () => {
  it('sends it under the id that it always has, and is done', async () => {
    const { notices, ended } = ledger({ kind: 'send', notice });
    const ids: string[] = [];
    expect(await noticeHandler({ notices, sinkOf: () => ({ id: 'mail', send: (_notice, id) => Promise.resolve(void ids.push(id)) }) })(job)).toEqual({ kind: 'done' });
    expect([ids, ended]).toEqual([['no-w7-expired'], ['sent']]);
  });

  it('leaves one that another worker has in hand alone, and looks again when that one may have died', async () => {
    const { notices, ended } = ledger({ kind: 'busy', delayMs: 1_234 });
    expect(await noticeHandler({ notices, sinkOf: () => undefined })(job)).toEqual({ kind: 'again', delayMs: 1_234 });
    expect(ended).toEqual([]);
  });

  it('waits longer with each failure and gives up after the twelfth', async () => {
    const failing = { id: 'mail', send: () => Promise.reject(new Error('away')) };
    const third = ledger({ kind: 'send', notice });
    expect(await noticeHandler({ notices: third.notices, sinkOf: () => failing, random: () => 1 })(job)).toEqual({ kind: 'again', delayMs: 480_000 });
    const last = ledger({ kind: 'send', notice: { ...notice, attempts: 11 } });
    expect(await noticeHandler({ notices: last.notices, sinkOf: () => failing })(job)).toEqual({ kind: 'done' });
    expect([third.ended, last.ended]).toEqual([['retry'], ['dead']]);
  });
});
