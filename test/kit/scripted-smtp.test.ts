/** The kit's scripted server speaks SMTP as far as a real client needs it. */
import { createTransport } from 'nodemailer';
import { expect, it } from '@jest/globals';
import { scriptedSmtp } from './scripted-smtp.js';

it('takes a mail with dots, and says what it is told to for one recipient', async () => {
  const server = await scriptedSmtp({ reply: ({ verb, line }) => (verb === 'RCPT' && line.includes('bad@') ? '550 5.1.1 nobody' : undefined) });
  const transport = createTransport({ host: '127.0.0.1', port: server.port, ignoreTLS: true });
  const { rejected } = await transport.sendMail({ from: 'a@x.test', to: ['bad@x.test', 'good@x.test'], subject: 's', text: 'one\n.two\n..three\n' });
  transport.close();
  expect(rejected).toEqual(['bad@x.test']);
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]?.to).toEqual(['TO:<good@x.test>']);
  expect(server.mails[0]?.data.toString()).toMatch(/one\r\n\.two\r\n\.\.three\r\n/);
  await server.close();
});
