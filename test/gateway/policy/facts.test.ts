import { describe, expect, it } from '@jest/globals';
import { policySchema } from '../../../config/schema.js';
import { factsTest } from '../../../gateway/policy/facts.js';
import { glob } from '../../../gateway/policy/glob.js';
import type { Facts, MailFacts } from '../../../gateway/ports.js';
import { facts } from './kit.js';

const asks = (selector: object, over: Partial<Facts> = {}): boolean => {
  const parsed = policySchema.parse({ rules: [{ id: 'r', when: { facts: selector }, action: 'pass' }] }).rules[0]?.when?.facts;
  if (parsed === undefined) throw new Error('the selector got lost');
  return factsTest(parsed, () => 'outside')(facts(over));
};

describe('patterns', () => {
  it.each([
    ['*', '', true], ['a*', 'ABC', true], ['*c', 'abc', true], ['a*c', 'ac', true], ['a*a', 'a', false], ['a*b*c', 'a-b-b-c', true],
    ['a*bc*c', 'abc', false], ['*@corp.example', 'x@corp.example.evil', false], ['a.c', 'abc', false], ['**', 'x', true],
  ])('%s on "%s" is %s', (pattern, text, expected) => expect(glob(pattern)(text)).toBe(expected));
});

describe('conditions over facts', () => {
  it('join keys by "and" and patterns by "or"', () => {
    expect(asks({ user: ['han', 'li.*'], method: 'post' })).toBe(true);
    expect(asks({ user: 'li.*', method: 'PUT' })).toBe(false);
  });

  it('match a missing fact with "unknown" alone', () => {
    expect([asks({ department: 'unknown' }), asks({ department: '*' }), asks({ user: 'unknown' })]).toEqual([true, false, false]);
    expect(asks({ recipient: 'unknown' }, { recipients: [] })).toBe(true);
    expect(asks({ client: 'unknown' }, { clientAddress: 'garbage' })).toBe(true);
  });

  it('tell "one of the recipients" from "every recipient"', () => {
    const mixed = { recipients: ['a@corp.example', 'b@outside.example'] };
    expect([asks({ recipient: '*@corp.example' }, mixed), asks({ everyRecipient: '*@corp.example' }, mixed)]).toEqual([true, false]);
    expect(asks({ everyRecipient: '*@corp.example' }, { recipients: [] })).toBe(false);
  });

  it('read client ranges, channel, direction, destination, type and file names', () => {
    expect(asks({ client: ['192.168.0.0/16', '10.0.0.0/8'], channel: ['http'], direction: 'request', destination: 'mail.*', mediaType: 'application/*' })).toBe(true);
    expect(asks({ fileName: '*.xlsx' }, { fileNames: ['a.txt', 'B.XLSX'] })).toBe(true);
    expect(asks({ direction: 'response' })).toBe(false);
  });

  describe('of a mail', () => {
    const mail = (over: Partial<MailFacts> = {}): Partial<Facts> => ({ channel: 'smtp', mail: { listener: 'mail', headerSenders: ['Li.Lei@corp.example'], recipientCount: 1, attachments: [], ...over } });

    it('see the header’s sender beside the envelope’s, and where they differ', () => {
      expect([asks({ senderMismatch: true }, mail()), asks({ senderMismatch: false }, mail())]).toEqual([false, true]);
      const forged = mail({ headerSenders: ['boss@corp.example'] });
      expect([asks({ senderMismatch: true }, forged), asks({ headerSender: 'boss@*', sender: 'li.*' }, forged)]).toEqual([true, true]);
      expect(asks({ senderMismatch: true }, mail({ headerSenders: ['boss@corp.example', 'li.lei@corp.example'] }))).toBe(false);
      expect([asks({ senderMismatch: true }, mail({ headerSenders: [] })), asks({ headerSender: 'unknown' }, mail({ headerSenders: [] }))]).toEqual([true, true]);
    });

    it('find no forged sender in a bounce, nor in what is no mail', () => {
      expect(asks({ senderMismatch: true }, { ...mail({ headerSenders: ['mailer-daemon@corp.example'] }), sender: '' })).toBe(false);
      expect([asks({ senderMismatch: true }), asks({ headerSender: '*' })]).toEqual([false, false]);
      expect(asks({ sender: 'unknown' }, { ...mail(), sender: '' })).toBe(true);
    });

    it('count the recipients of the envelope, and read names and types of attachments', () => {
      expect([asks({ recipients: { atLeast: 50 } }, mail({ recipientCount: 50 })), asks({ recipients: { atLeast: 50 } }, mail({ recipientCount: 49 })), asks({ recipients: { atLeast: 1 } })]).toEqual([true, false, true]);
      const sheet = mail({ attachments: [{ name: '名单.XLSX', type: undefined }, { name: undefined, type: 'application/zip' }] });
      expect([asks({ attachmentName: '*.xlsx' }, sheet), asks({ attachmentType: 'application/zip' }, sheet), asks({ attachmentName: 'unknown' }, mail()), asks({ attachmentName: '*.zip' }, { fileNames: ['a.zip'] })]).toEqual([true, true, true, true]);
    });
  });
});
