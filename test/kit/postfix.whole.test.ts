/** The kit's Postfix takes mail, keeps what it cannot deliver over a crash, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { expect, it } from '@jest/globals';
import { freePort } from './free-port.js';
import { eventually } from './patience.js';
import { postfix, type QueuedMail } from './postfix.js';

it('takes a mail, has it in its queue while nobody listens, also after a crash, and is gone when stopped', async () => {
  const nobody = await freePort();
  const server = await postfix([`relayhost = [127.0.0.1]:${String(nobody)}`, 'default_transport = smtp']);
  const transport = createTransport({ host: '127.0.0.1', port: server.port, ignoreTLS: true });
  await transport.sendMail({ from: 'a@corp.test', to: 'b@other.test', subject: 'one', text: 'hello' });
  transport.close();
  await server.logged(/status=deferred/);
  // It tries again and again: a mail that goes from one of its folders to another meanwhile is listed in neither.
  const listed = (): Promise<readonly QueuedMail[]> => eventually('the mail is in the queue', () => server.queue(), (mails) => mails.length > 0);
  expect(await listed()).toMatchObject([{ sender: 'a@corp.test', recipients: [{ address: 'b@other.test' }] }]);
  await server.kill();
  await server.start();
  expect(await listed()).toMatchObject([{ sender: 'a@corp.test', recipients: [{ address: 'b@other.test' }] }]);
  await server.stop();
  expect(existsSync(server.folder)).toBe(false);
});
