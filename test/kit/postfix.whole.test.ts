/** The kit's Postfix takes mail, keeps what it cannot deliver over a crash, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { expect, it } from '@jest/globals';
import { postfix } from './postfix.js';
import { freePort } from './free-port.js';

it('takes a mail, has it in its queue while nobody listens, also after a crash, and is gone when stopped', async () => {
  const nobody = await freePort();
  const server = await postfix([`relayhost = [127.0.0.1]:${String(nobody)}`, 'default_transport = smtp']);
  const transport = createTransport({ host: '127.0.0.1', port: server.port, ignoreTLS: true });
  await transport.sendMail({ from: 'a@corp.test', to: 'b@other.test', subject: 'one', text: 'hello' });
  transport.close();
  await server.logged(/status=deferred/);
  expect(server.queue()).toMatchObject([{ sender: 'a@corp.test', recipients: [{ address: 'b@other.test' }] }]);
  await server.kill();
  await server.start();
  expect(server.queue()).toHaveLength(1);
  await server.stop();
  expect(existsSync(server.folder)).toBe(false);
});
