/** Whose a mail address is: by names as the name system spells them, and by the day an agreement ends. */
import { describe, expect, it } from '@jest/globals';
import { domainsSchema } from '../../../config/mail-schema.js';
import { dayEnd, domainOf, whoseIs } from '../../../gateway/policy/whose.js';

const whose = whoseIs(domainsSchema.parse({
  own: ['Corp.example', '*.corp.example', '例子.example'],
  partners: [{ id: 'a', domains: ['audit.example', '*.audit.example'], until: '2026-11-22' }, { id: 'b', domains: ['tax.audit.example', 'hz.corp.example'], until: '2027-01-01' }],
}));
const at = (time: string): number => Date.parse(time);

describe('an address', () => {
  it.each([
    ['han@corp.example', 'inside'], ['HAN@CORP.EXAMPLE.', 'inside'], ['x@hz.corp.example', 'inside'], ['x@例子.example', 'inside'], ['x@xn--fsqu00a.example', 'inside'],
    ['x@evilcorp.example', 'outside'], ['x@corp.example.evil', 'outside'], ['"a@corp.example"@evil.example', 'outside'], ['corp.example', 'outside'], ['postmaster', 'outside'], ['', 'outside'],
    ['x@[10.0.0.1]', 'outside'], ['x@audit.example', 'partner'], ['x@deep.audit.example', 'partner'],
  ])('%s is %s', (address, expected) => expect(whose(address, at('2026-11-22T15:59:59Z'))).toBe(expected));

  it('of a partner is outside from the end of the agreement’s last day, in the zone of the configuration, and of several agreements the longest counts', () => {
    expect([whose('x@audit.example', at('2026-11-22T15:59:59.999Z')), whose('x@audit.example', at('2026-11-22T16:00:00Z'))]).toEqual(['partner', 'partner-expired']);
    expect(whose('x@tax.audit.example', at('2026-12-30T00:00:00Z'))).toBe('partner');
  });

  it('is no partner’s while nobody knows what time it is', () => expect(whose('x@audit.example', undefined)).toBe('partner-expired'));

  it('is outside where no domain is one’s own', () => expect(whoseIs(domainsSchema.parse({}))('han@corp.example', 0)).toBe('outside'));

  it('has the domain behind its last @', () => expect([domainOf('a@b@C.example.'), domainOf('nobody'), domainOf(`x@${'a.'.repeat(200)}example`)]).toEqual(['c.example', '', '']));
});

describe('a day', () => {
  it('ends at midnight there, on days when clocks are changed as well', () => {
    expect(new Date(dayEnd('2026-11-22', 'Asia/Shanghai')).toISOString()).toBe('2026-11-22T16:00:00.000Z');
    expect(new Date(dayEnd('2026-03-28', 'Europe/Berlin')).toISOString()).toBe('2026-03-28T23:00:00.000Z');
    expect(new Date(dayEnd('2026-03-29', 'Europe/Berlin')).toISOString()).toBe('2026-03-29T22:00:00.000Z');
    expect(new Date(dayEnd('2026-12-31', 'UTC')).toISOString()).toBe('2027-01-01T00:00:00.000Z');
  });
});
