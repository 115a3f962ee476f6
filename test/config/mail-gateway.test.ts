/** config/examples/mail-gateway.yaml: one mail, several verdicts, each for those it is about. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig, reportLines } from '../../config/load.js';
import { compilePolicies } from '../../gateway/policy/compile.js';
import type { Facts, FindingClass, UnscannableReason } from '../../gateway/ports.js';
import { evidence, facts, found, nothing, sniffed } from '../gateway/policy/kit.js';

const loaded = loadConfig(join(import.meta.dirname, '../../config/examples/mail-gateway.yaml'), { WEIR_RELAY_PASSWORD: 's' });
if (!loaded.ok) throw new Error(reportLines(loaded).join('\n'));
const policy = compilePolicies(loaded.config, loaded.revision).get('outgoing');
if (policy === undefined) throw new Error('no policy');

const TO = { colleague: 'han@hz.corp.example', auditor: 'kim@audit.example', printer: 'old@print.example', stranger: 'a@outside.example', other: 'b@elsewhere.example' };
interface Mail { readonly to: readonly string[]; readonly classes?: readonly FindingClass[]; readonly unread?: readonly UnscannableReason[]; readonly from?: string; readonly at?: number }

/** What becomes of the mail for each recipient. */
function fates({ to, classes = [], unread = [], from = 'li.lei@corp.example', at = Date.parse('2026-11-22T00:00:00Z') }: Mail): Record<string, string> {
  const given: Facts = facts({ channel: 'smtp', route: 'outgoing', at, recipients: to, mail: { listener: 'mail', headerSenders: [from], recipientCount: to.length, attachments: [] } });
  const groups = policy?.groups?.(given, to) ?? [];
  return Object.fromEntries(groups.flatMap((group) => {
    const recipients = group.map((index) => to[index] ?? '');
    const verdict = policy?.plan({ ...given, recipients }, sniffed({ container: true }), nothing).decide(evidence(classes, unread));
    return recipients.map((one) => [one, `${verdict?.action ?? ''} ${verdict?.rule ?? ''}`]);
  }));
}

describe('a mail through the example gateway', () => {
  const to = Object.values(TO);

  it('reaches everybody as it is when it holds nothing', () => expect(Object.values(fates({ to })).map((fate) => fate.split(' ')[0])).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']));

  it('with one resident ID passes inside, is masked for a partner, and waits for those outside', () => {
    expect(fates({ to, classes: [found('cn.resident-id', 1)] })).toEqual({
      [TO.colleague]: 'pass colleagues', [TO.auditor]: 'mask partner-lists', [TO.printer]: 'hold former-partner', [TO.stranger]: 'hold strangers', [TO.other]: 'hold strangers',
    });
  });

  it('with a list is blocked outside, masked for a partner, and held where no mask can be written', () => {
    expect(fates({ to: [TO.colleague, TO.auditor, TO.stranger], classes: [found('bank-card', 3)] })).toEqual({ [TO.colleague]: 'pass colleagues', [TO.auditor]: 'mask partner-lists', [TO.stranger]: 'block lists' });
    expect(fates({ to: [TO.auditor], classes: [found('bank-card', 3, { maskable: false })] })).toEqual({ [TO.auditor]: 'hold partner-lists' });
  });

  it('with an encrypted attachment waits for everybody but colleagues', () => {
    expect(fates({ to: [TO.colleague, TO.auditor, TO.stranger], unread: ['encrypted'] })).toEqual({ [TO.colleague]: 'pass colleagues', [TO.auditor]: 'hold encrypted', [TO.stranger]: 'hold encrypted' });
  });

  it('whose header names another sender is blocked outside as soon as it holds a number', () => {
    expect(fates({ to: [TO.colleague, TO.stranger], classes: [found('cn.phone', 1)], from: 'boss@corp.example' })).toEqual({ [TO.colleague]: 'pass colleagues', [TO.stranger]: 'block forged' });
  });

  it('to fifty people waits for those outside, however few of them there are', () => {
    const many = [TO.stranger, ...Array.from({ length: 49 }, (_, i) => `p${i}@corp.example`)];
    expect(fates({ to: many, classes: [found('cn.phone', 1)] })[TO.stranger]).toBe('hold mass-mail');
    expect(fates({ to: many.slice(0, 49), classes: [found('cn.phone', 1)] })[TO.stranger]).toBe('mask phones');
  });

  it('to a partner is one to a stranger when the agreement has ended', () => expect(fates({ to: [TO.auditor], classes: [found('cn.phone', 1)], at: Date.parse('2099-12-31T16:00:00Z') })).toEqual({ [TO.auditor]: 'hold former-partner' }));
});
