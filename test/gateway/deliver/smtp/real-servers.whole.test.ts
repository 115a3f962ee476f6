/** Next hops as they are: Postfix, with TLS, refusals and restarts, and smtp-sink with a hundred mails at once. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import type { MailSent, NextHops } from '../../../../gateway/ports.js';
import { serverCertificates } from '../../../kit/external-postgres-tls.js';
import { postfix } from '../../../kit/postfix.js';
import { freePort } from '../../../kit/free-port.js';
import { until } from '../../../kit/patience.js';
import { tempFolder } from '../../../kit/temp.js';
import { content, from, hop, hopsTo, MAIL, to } from './fixture.js';
import { atEnd, closing } from './stage.js';

const certificates = serverCertificates(tempFolder('hops'), () => undefined);
async function sent(hops: NextHops, mail = MAIL): Promise<MailSent> {
  const relay = hops.relay(from());
  const one = to('a@other.test');
  await relay.rcpt(one);
  const result = await relay.send([one], content(mail));
  await relay.end();
  return result;
}

it('Postfix gets mail over verified TLS, says what it refuses, and takes mail again after it was killed', async () => {
  const server = await postfix([`smtpd_tls_cert_file = ${certificates.serverCert}`, `smtpd_tls_key_file = ${certificates.serverKey}`, 'smtpd_tls_security_level = encrypt', 'smtpd_recipient_restrictions = check_recipient_access inline:{{refused@other.test = 550 5.7.1 not here}, {later@other.test = 450 4.7.1 not now}}, permit_mynetworks, reject']);
  atEnd(() => server.stop());
  const hops = closing(hopsTo([hop(server.port, { tls: 'verified', ca: certificates.ca })]));
  const relay = hops.relay(from('张三@corp.example', { smtpUtf8: true, body: '8bitmime', ret: 'HDRS', envid: 'QQ1', size: 1000 }));
  expect(await relay.rcpt(to('refused@other.test'))).toMatchObject({ code: 550, enhanced: '5.7.1' });
  expect(await relay.rcpt(to('later@other.test'))).toMatchObject({ code: 450, enhanced: '4.7.1' });
  const good = to('李四@other.test', { notify: ['SUCCESS', 'FAILURE'], orcpt: 'rfc822;a@other.test' });
  expect(await relay.rcpt(good)).toMatchObject({ code: 250 });
  expect(await relay.send([good], content('Subject: 表\r\n\r\n号码\r\n.\r\n'))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
  await relay.end();
  await server.logged(/to=<李四@other\.test>.*status=sent/);
  // It closes kept connections as it dies, and listens at the same port again.
  await server.kill();
  expect(await sent(hops)).toMatchObject({ kind: 'replied', reply: { code: 451, enhanced: '4.4.1' } });
  await server.start();
  expect(await sent(hops)).toMatchObject({ kind: 'replied', reply: { code: 250 } });
});

it('smtp-sink takes a hundred mails over five connections', async () => {
  const port = await freePort();
  const sink = spawn('smtp-sink', ['-u', 'postfix', `127.0.0.1:${String(port)}`, '100'], { stdio: 'ignore' });
  const gone = new Promise((resolve) => sink.once('exit', resolve));
  atEnd(() => {
    sink.kill();
    return gone;
  });
  const listens = (): Promise<boolean> => new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  await until('smtp-sink listens', listens);
  const hops = closing(hopsTo([hop(port, { maxConnections: 5 })]));
  const results = await Promise.all(Array.from({ length: 100 }, (_, index) => sent(hops, `${MAIL}${'x'.repeat(index * 100)}\r\n`)));
  expect(results.filter((one) => one.kind === 'replied' && one.reply.code === 250)).toHaveLength(100);
});
