/** Law 8 for mail, counted: whatever dies while mail flows, each letter that was answered 250 is at its next hop or in the vault. */
import { describe, expect, it } from '@jest/globals';
import { accountForMails, accountText } from '../kit/mail-accounting.js';
import { MAIN } from '../kit/program.js';

const MAILS = 500;
const KILLS = 5;
/** For a machine that is slow or shared: ten times what a quiet one takes, and more. */
const MOST_MS = 1_800_000;

describe('law 8 for mail, with Weir and its next hops killed in turn', () => {
  it('every mail that was answered 250 has arrived or lies in the vault, and what a person decides has not left', async () => {
    const account = await accountForMails({ mails: MAILS, connections: 8, kills: KILLS, main: MAIN });
    process.stderr.write(`${accountText(account)}\n`);
    expect(account).toMatchObject({ accepted: MAILS, lost: [], leaked: [], refused: [], withoutFile: [] });
    expect(account.kills.weir).toBeGreaterThanOrEqual(KILLS - 1);
    // A copy too many comes from a death between a hop's 250 and the client's, never from an ordinary try.
    expect(account.doubled.copies).toBeLessThanOrEqual(account.failures);
  }, MOST_MS);
});
