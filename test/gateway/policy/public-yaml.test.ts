/** A configuration file as it is stored and shown. */
import { describe, expect, it } from '@jest/globals';
import { publicYaml } from '../../../gateway/policy/public-yaml.js';
import { numberSource } from '../../kit/numbers.js';

describe('a configuration file that is shown', () => {
  it('has no password in an address and no token in a query', () => {
    const shown = publicYaml('upstream: { url: "https://weir:hunter2@mail.example/x?token=s3cret&b=1" }\nhook: "http://only-user@a.example"\n');
    expect(shown).not.toMatch(/hunter2|s3cret|only-user/);
    expect(shown).toContain('mail.example/x?token=***');
  });

  it('has no number of a person or an account, however it is grouped', () => {
    const numbers = numberSource(7);
    for (const number of [numbers.residentId(), numbers.bankCard(), numbers.phone(), '138 0013 8000', '6222-0210-0112-2334-455']) {
      expect(publicYaml(`cases: { hit: ["«${number}»"] } # ${number}\n`)).not.toMatch(/\d{5}/);
    }
  });

  it('otherwise stands as it was written', () => {
    const yaml = 'trustedProxies: [10.0.0.0/8, 192.168.0.0/16]\nlisten: { data: { port: 8080 } }\npattern: "[0-9]{17}[0-9X]"\nretention: 30d # 180 days: 2026-01-31\n';
    expect(publicYaml(yaml)).toBe(yaml);
  });
});
