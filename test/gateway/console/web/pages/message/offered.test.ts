/** What is offered to whom. */
import { describe, expect, it } from '@jest/globals';
import { highRisk, offered, type Decision, type Standing } from '../../../../../../gateway/console/web/pages/message/offered.js';
import { RIGHTS_OF, ROLES, type Right, type Role } from '../../../../../../gateway/ports/people.js';

const NOW = Date.parse('2026-03-02T08:00:00Z');
const HELD: Standing = { state: 'held', severity: 'high', findings: [{ maskable: true }], canBeOpened: true };
const FIRST: Standing = { ...HELD, state: 'awaiting-second', firstApproval: { actor: 'account:li.na', until: '2026-03-02T20:00:00Z' } };
const may = (message: Standing, roles: readonly Role[], actor = 'account:wang.wu', more: readonly Right[] = []): readonly Decision[] =>
  [...offered(message, { rights: new Set([...roles.flatMap((role) => RIGHTS_OF[role]), ...more]), actor }, NOW)].sort();

describe('what a page offers', () => {
  it('is nothing to those without rights over messages', () => {
    for (const role of ROLES.filter((one) => one !== 'reviewer' && one !== 'approver')) expect(may(HELD, [role])).toEqual([]);
  });
  it('lets a reviewer decide, and an approver alone not', () => {
    expect(may(HELD, ['reviewer'])).toEqual(['assign', 'comment', 'escalate', 'false-positive', 'reject', 'release', 'release-masked']);
    expect(may(HELD, ['approver'])).toEqual(['comment', 'legal-hold']);
  });
  it('asks a second, different person, never the one who decided first', () => {
    expect(may(FIRST, ['approver'])).toEqual(['approve', 'comment', 'legal-hold', 'refuse']);
    expect(may(FIRST, ['reviewer', 'approver'], 'account:li.na')).not.toContain('approve');
    expect(may(FIRST, ['reviewer', 'approver'], 'account:li.na')).toContain('refuse');
    expect(may(FIRST, ['reviewer'])).not.toContain('approve');
    expect(may(FIRST, ['reviewer', 'approver'])).not.toContain('release');
  });
  it('takes a first decision that has lapsed for none', () => {
    const lapsed: Standing = { ...FIRST, firstApproval: { actor: 'account:li.na', until: '2026-03-02T07:00:00Z' } };
    expect(may(lapsed, ['reviewer'])).toContain('release');
    expect(may(lapsed, ['approver'])).not.toContain('approve');
  });
  it('offers a masked release only where something can be masked, a look at the original only with right and key', () => {
    expect(may({ ...HELD, findings: [{ maskable: false }] }, ['reviewer'])).not.toContain('release-masked');
    expect(may({ ...HELD, findings: [] }, ['reviewer'])).not.toContain('false-positive');
    expect(may(HELD, ['reviewer'])).not.toContain('open');
    expect(may(HELD, ['reviewer'], undefined, ['messages.open'])).toContain('open');
    expect(may({ ...HELD, canBeOpened: false }, ['reviewer'], undefined, ['messages.open'])).not.toContain('open');
  });
  it('offers no decision about what is over or on its way, and settling only where nobody knows the end', () => {
    for (const state of ['released', 'rejected', 'expired', 'sending', 'releasing'] as const) expect(may({ ...HELD, state }, ['reviewer'])).toEqual(['comment', 'false-positive']);
    expect(may({ ...HELD, state: 'uncertain' }, ['reviewer'])).toContain('settle');
    expect(may({ ...HELD, state: 'uncertain' }, ['reviewer'])).not.toContain('release');
    expect(may(HELD, ['reviewer'])).not.toContain('settle');
  });
});

describe('a high risk', () => {
  it('is what the rule, the content or the score says, and what nobody knows', () => {
    const calm = { severity: 'low', fourEyes: false, unscannableReasons: [] };
    expect(highRisk(calm, 12)).toBe(false);
    expect(highRisk(calm, 60)).toBe(true);
    expect(highRisk(calm, undefined)).toBe(true);
    expect(highRisk({ ...calm, severity: 'high' }, 0)).toBe(true);
    expect(highRisk({ ...calm, fourEyes: true }, 0)).toBe(true);
    expect(highRisk({ ...calm, unscannableReasons: ['encrypted'] }, 0)).toBe(true);
  });
});
