/** A demonstration of mail: who may send to whom, and what is shown of it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { demoSink, type DemoSink } from '../../../../gateway/deliver/demo-sink.js';
import { demoHops } from '../../../../gateway/deliver/smtp/demo-hops.js';
import { WeirError } from '../../../../gateway/errors.js';
import { content, from, MAIL, to } from './fixture.js';

describe('the next hop of a demonstration', () => {
  let sink: DemoSink;
  beforeEach(async () => {
    sink = await demoSink({ now: () => 1_000 });
  });
  afterEach(() => sink.close());
  const relay = (client?: string) => demoHops({ route: 'smtp', url: sink.url }).relay(from(), { client });

  it('takes mail from this machine to names that belong to nobody, and from or to nobody else', async () => {
    for (const good of ['a@example', 'a@corp.example', 'a@deep.corp.TEST']) expect(await relay('127.0.0.1').rcpt(to(good))).toMatchObject({ code: 250 });
    for (const bad of ['a@example.com', 'a@notexample', 'a@corp.cn', 'a@test.org', 'postmaster']) expect(await relay('::1').rcpt(to(bad))).toMatchObject({ code: 550, enhanced: '5.7.1' });
    expect(await relay('10.0.0.1').rcpt(to('a@corp.example'))).toMatchObject({ code: 550 });
    expect(await relay().rcpt(to('a@corp.example'))).toMatchObject({ code: 250 });
    expect(await relay('10.0.0.1').send([to('a@corp.example')], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 550 } });
    expect(sink.entries()).toEqual([]);
  });

  it('shows envelope and mail, and of a long envelope its beginning', async () => {
    const recipients = Array.from({ length: 25 }, (_, index) => to(`r${String(index)}@x.example`));
    expect(await relay('127.0.0.1').send([...recipients, to('real@person.cn')], content(MAIL, 7))).toMatchObject({ kind: 'replied', reply: { code: 250 }, refused: [{ recipient: { address: 'real@person.cn' } }] });
    const [entry] = sink.entries();
    expect(entry).toMatchObject({ route: 'smtp', method: 'SMTP', complete: true, bytes: MAIL.length });
    expect(entry?.target).toMatch(/^<sender@corp\.example> → <r0@x\.example>, .* \+6$/);
    expect(Buffer.from(entry?.body ?? []).toString()).toBe(MAIL);
  });

  it('has no delivery of a mail that must not go on', async () => {
    const failing = { length: undefined, async *stream() { yield Buffer.from(MAIL); throw new WeirError('scan-failed'); } };
    expect(await relay().send([to('a@x.example')], failing)).toMatchObject({ kind: 'broken', complete: false, error: { code: 'scan-failed' } });
    expect(await relay().send([to('a@x.example')], content(MAIL), { beforeEnd: () => Promise.reject(new WeirError('hold-unavailable')) })).toMatchObject({ kind: 'broken', complete: false });
    expect(sink.entries().filter(({ complete }) => complete)).toEqual([]);
  });

  it('cannot be made to show a mail by a field of somebody else\'s', async () => {
    await fetch(`${sink.url}/upload`, { method: 'POST', body: 'x', headers: { 'weir-demo-mail': 'bm9uc2Vuc2U' } });
    expect(sink.entries()[0]).toMatchObject({ method: 'POST', target: '/upload' });
  });
});
