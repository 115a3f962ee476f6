/** Mails that OpenSSL and GnuPG have signed or enciphered: the former are read and stay as they are, the latter say that they are hidden. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { engine, inspectBody, type Seen } from '../../../kit/engine.js';
import { tempFolder } from '../../../kit/temp.js';

const PHONE = '13800138000';
const TEXT = `Content-Type: text/plain; charset=utf-8\r\n\r\n电话 ${PHONE}\r\n`;
const factory = engine();
const inspect = (raw: Buffer): Seen => inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);
const said = (seen: Seen): unknown => [seen.unscannable.map(({ reason }) => reason), seen.findings.map(({ maskable }) => maskable)];
let folder: string;
const run = (command: string, ...words: readonly string[]): Buffer => execFileSync(command, words, { cwd: folder, env: { PATH: process.env['PATH'], GNUPGHOME: folder }, stdio: ['ignore', 'pipe', 'ignore'] });

beforeAll(() => {
  folder = tempFolder('signed');
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'text'), TEXT);
  run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'cert', '-subj', '/CN=张三/emailAddress=zhang@corp.example', '-utf8', '-days', '30');
  // Started by gpg itself it has five seconds, and on a busy machine gpg gives up.
  run('gpg-agent', '--daemon');
  run('gpg', '--batch', '--passphrase', '', '--quick-gen-key', 'zhang@corp.example', 'rsa2048', 'default', 'never');
});

const headed = (mail: Buffer): Buffer => Buffer.concat([Buffer.from('From: zhang@corp.example\r\nTo: li@audit.example\r\n'), Buffer.from(mail.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')]);

describe('a mail', () => {
  it.each([[[]], [['-indef']], [['-noindef', '-noattr']]] as const)('signed beside its text by OpenSSL %j is read wholly and stays as it is', (words) => {
    const raw = headed(run('openssl', 'cms', '-sign', '-in', 'text', '-signer', 'cert', '-inkey', 'key', ...words));
    const seen = inspect(raw);
    expect(said(seen)).toEqual([[], [false]]);
    expect(seen.output.equals(raw)).toBe(true);
  });

  it('signed around its text, or enciphered, by OpenSSL is not read, and says which', () => {
    expect(said(inspect(headed(run('openssl', 'cms', '-sign', '-nodetach', '-in', 'text', '-signer', 'cert', '-inkey', 'key'))))).toEqual([['unsupported'], []]);
    expect(said(inspect(headed(run('openssl', 'cms', '-encrypt', '-in', 'text', '-aes256', 'cert'))))).toEqual([['encrypted'], []]);
    expect(said(inspect(headed(run('openssl', 'cms', '-encrypt', '-in', 'text', '-aes-256-gcm', 'cert'))))).toEqual([['encrypted'], []]);
    run('openssl', 'cms', '-encrypt', '-in', 'text', '-outform', 'DER', '-out', 'hidden.p7m', 'cert');
    const attached = `MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=hidden.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${readFileSync(join(folder, 'hidden.p7m')).toString('base64').replace(/(.{64})/g, '$1\r\n')}`;
    expect(said(inspect(headed(Buffer.from(attached))))).toEqual([['encrypted'], []]);
  });

  it('of GnuPG is read where it is signed in the clear, and says that it is hidden where it is not', () => {
    const mail = (body: Buffer): Buffer => headed(Buffer.concat([Buffer.from('Content-Type: text/plain; charset=utf-8\n\n'), body]));
    expect(said(inspect(mail(run('gpg', '--batch', '--passphrase', '', '--clearsign', '-o', '-', 'text'))))).toEqual([[], [false]]);
    expect(said(inspect(mail(run('gpg', '--batch', '--pinentry-mode', 'loopback', '--passphrase', 'p', '--armor', '--symmetric', '-o', '-', 'text'))))).toEqual([['encrypted'], []]);
  });
});
