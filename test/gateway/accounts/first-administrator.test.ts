import { describe, expect, it } from '@jest/globals';
import { firstRunLink, type FirstAdministratorParts } from '../../../gateway/accounts/first-administrator.js';
import { issuing } from '../../../gateway/accounts/issuing.js';
import { LedgerFailure } from '../../../gateway/errors.js';
import { askedAgain } from '../../../gateway/ledger/asked-again.js';

type Created = Awaited<ReturnType<FirstAdministratorParts['accounts']['create']>>;

/** Books that keep what the ledger does: one account of a name, one invitation of a hash; the first grant does not come through. */
function books() {
  const names = new Map<string, string>();
  const hashes = new Set<string>();
  const granted: string[] = [];
  let proposals = 0;
  const parts: FirstAdministratorParts = {
    accounts: {
      setUpEnded: () => Promise.resolve(false),
      list: () => Promise.resolve([]),
      invite: () => Promise.reject(new Error('nobody was invited before')),
      create: ({ name }, { hash }) => {
        if (names.has(name)) return Promise.resolve({ kind: 'name-taken' });
        if (hashes.has(hash)) return Promise.reject(new LedgerFailure('refused', '23505'));
        hashes.add(hash);
        names.set(name, hash);
        return Promise.resolve({ kind: 'done', account: { id: name } } as Created);
      },
    },
    grants: {
      list: () => Promise.resolve([]),
      propose: ({ accountId }) => {
        if (++proposals === 1) return Promise.reject(new LedgerFailure('unavailable', undefined));
        granted.push(accountId);
        return Promise.resolve({ kind: 'done' } as Awaited<ReturnType<FirstAdministratorParts['grants']['propose']>>);
      },
    },
    issuing: issuing({ clock: { now: () => 0 }, console: () => 'https://weir.example' }),
  };
  return { parts, granted, names };
}

describe('the link of the first administrator', () => {
  it('comes when the database is asked again between the account and its role', async () => {
    const { parts, granted, names } = books();
    const url = await askedAgain(() => firstRunLink(parts), { now: () => 0, pause: () => Promise.resolve() });
    expect(url).toMatch(/^https:\/\/weir\.example\/#\/invitation\/./);
    expect([...names.keys()]).toEqual(['admin', 'admin-2']);
    expect(granted).toEqual(['admin-2']);
  });
});
