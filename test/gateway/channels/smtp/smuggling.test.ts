/** Messages that look as if they had ended, over a real connection in every cut: nothing behind them is ever done as a second mail. */
import { describe, expect, it } from '@jest/globals';
import { smtpListener } from '../../../kit/smtp-listener.js';
import { smtpTalk } from '../../../kit/smtp-talk.js';

const FALSE_ENDS = ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r.\r\n', '\r\n.\r', '\n.\r', '\r\n\0.\r\n', '\r\n.\0\r\n', '\r\n..\r\n', '\r\n. \r\n'];
const EVIL = 'MAIL FROM:<evil@corp.example>\r\nRCPT TO:<victim@partner.example>\r\nDATA\r\nsecond\r\n';

describe('a message that looks as if it had ended', () => {
  for (const end of FALSE_ENDS) {
    it(`is one message with ${JSON.stringify(end)}, wherever the bytes are cut`, async () => {
      const listener = await smtpListener();
      const talk = await smtpTalk(listener.port);
      const bytes = Buffer.from(`first${end}${EVIL}.\r\n`, 'latin1');
      await talk.reply();
      talk.say('EHLO mua.corp.example');
      await talk.reply();
      // Cuts around the false end, and one with the rest byte by byte.
      const cuts = Array.from({ length: end.length + 3 }, (_, index) => 4 + index);
      for (const at of cuts) {
        talk.raw('MAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n');
        for (const _reply of [1, 2, 3]) await talk.reply();
        talk.raw(bytes.subarray(0, at));
        await new Promise((resolve) => setImmediate(resolve));
        talk.raw(bytes.subarray(at));
        const [said] = await talk.reply();
        expect(said).toMatch(end === '\r\n..\r\n' || end === '\r\n. \r\n' ? /^250 2\.0\.0/ : /^554 5\.6\.0/);
      }
      expect(listener.arrived.map(({ mail }) => mail.from.address)).toEqual(cuts.map(() => 'a@corp.example'));
      talk.say('NOOP');
      expect(await talk.reply()).toEqual(['250 2.0.0 OK']);
      talk.destroy();
      await listener.channel.drain(200);
    });
  }
});
