import { describe, it, expect } from '@jest/globals';
import { mustWithhold } from '../../../gateway/record/withhold.js';

describe('the last-line guard of the log', () => {
  it.each([
    ['a resident ID', '11010519491231002X'],
    ['a card', '4111111111111111'],
    ['a phone number in words', 'call 13800138000 now'],
    ['a phone number in groups', '138-0013-8000'],
    ['a card in groups with double blanks', '4111  1111  1111  1111'],
    ['full-width digits', '１３８００１３８０００'],
    ['Arabic-Indic digits', '١٣٨٠٠١٣٨٠٠٠'],
    ['zero-width characters between', '1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8\u200b0\u200b0\u200b0'],
    ['percent escapes', '%31%33%38%30%30%31%33%38%30%30%30'],
    ['a number behind an address in a URL', 'http://10.0.0.1:80/13800138000'],
    ['an address that is none', '138.001.380.00'],
  ])('withholds %s', (_name, value) => {
    expect(mustWithhold('detail', value)).toBe(true);
  });

  it.each([
    ['an exchange id', 'exchange', 'w12345678901234567890123456'],
    ['a held incident', 'incident', 'w01k9a8b7c6d5e4f3g2h1j0k9m8'],
    ['an IPv4 address', 'client', '192.168.100.200'],
    ['an address with a port', 'client', '192.168.100.200:65535'],
    ['an IPv6 address', 'client', '2001:db8:1234:5678:9012:3456:7890:1234'],
    ['a URL with an address', 'url', 'http://192.168.100.200:65535/upload'],
    ['an ISO time', 'at', '2026-11-05T10:11:12.123Z'],
    ['a policy revision', 'policy', 'default@20261105'],
    ['a policy revision that is a digest of digits only', 'policy', 'default@123456789012'],
    ['a revision of the configuration that has digits only', 'config', '123456789012'],
    ['a revision that was reloaded', 'revision', '12345678901f'],
    ['a masked preview', 'preview', '138****8000'],
    ['an admin request that happens to have many digits', 'request', '12345678-1234-4123-9123-123456789012'],
    ['bytes of a large body', 'bytes', 17_179_869_184],
    ['a count', 'found.cn.phone', 12_345],
    ['a flag', 'clean', true],
  ])('lets %s be', (_what, name, value) => {
    expect(mustWithhold(name, value)).toBe(false);
  });

  it('knows an exchange id only in the fields that hold one', () => {
    expect(mustWithhold('detail', 'w12345678901234567890123456')).toBe(true);
    expect(mustWithhold('exchange', 'w1234567890123456789012345')).toBe(true);
  });

  it('knows a revision only in the fields that hold one, and by its length', () => {
    expect([mustWithhold('detail', '123456789012'), mustWithhold('config', '13800138000'), mustWithhold('revision', '6222021234567890')]).toEqual([true, true, true]);
  });

  it('lets a large number pass only under a name that says its unit', () => {
    expect(mustWithhold('value', 13_800_138_000)).toBe(true);
    expect(mustWithhold('spoolBytes', 13_800_138_000)).toBe(false);
  });
});
