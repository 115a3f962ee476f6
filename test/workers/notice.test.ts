/** Notices are claimed for as long as it takes to try them, and all that is due goes out in one run. */
import { describe, expect, it } from '@jest/globals';
import type { Notice } from '../../gateway/ledger/notices-ledger.js';
import { WEBHOOK_TIMEOUT_MS } from '../../gateway/record/webhook-sink.js';
import { noticeRun } from '../../workers/notice.js';

/** After this the ledger gives them to another worker. */
const CLAIM_MS = 5 * 60_000;

describe('a run of notices', () => {
  it('never claims more than it can try before the claim ends, and sends each once', async () => {
    const due: Notice[] = Array.from({ length: 50 }, (_, n) => ({ n, kind: 'expired', incident: `w${String(n)}`, route: 'mail', direction: 'request', receivedAt: new Date(0), at: new Date(0), sender: undefined, attempts: 0 }));
    const claims: number[] = [];
    const sent: string[] = [];
    await noticeRun({
      notices: {
        take: async (limit) => {
          const claimed = due.splice(0, limit);
          claims.push(claimed.length);
          return Promise.resolve(claimed);
        },
        sent: () => Promise.resolve(), none: () => Promise.resolve(), retry: () => Promise.resolve(), dead: () => Promise.resolve(), counts: () => Promise.resolve({ open: 0, dead: 0 }),
      },
      sinkOf: () => ({ id: 'mail', send: (_notice, id) => Promise.resolve(void sent.push(id)) }),
    });
    expect(Math.max(...claims) * WEBHOOK_TIMEOUT_MS).toBeLessThan(CLAIM_MS);
    expect(new Set(sent).size).toBe(50);
    expect(sent).toHaveLength(50);
  });
});
