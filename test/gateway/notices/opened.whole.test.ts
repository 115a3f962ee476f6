/** Mails of our own, opened by a mail program as a person would. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailNotice } from '../../../gateway/notices/mail-notice.js';
import { NOTICE_MAILS, type ExchangeId } from '../../../gateway/ports.js';
import { tempFolder } from '../../kit/temp.js';

describe('a mail of our own', () => {
  it.each(NOTICE_MAILS)('can be read in s-nail, subject and text: %s', (kind) => {
    const { bytes } = mailNotice({ hostname: 'weir.corp.example', postmaster: 'postmaster@corp.example', language: 'zh', help: { zh: '请联系安全部门。', en: '' } }, {
      kind, id: 'wnotice' as ExchangeId, incident: 'wincident' as ExchangeId, receivedAt: new Date(0), at: new Date(0), subject: '报价单',
      from: { address: 'li@corp.example', body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined },
      recipients: [{ recipient: { address: 'a@one.example', notify: undefined, orcpt: undefined }, reply: undefined }],
    });
    const box = join(tempFolder('mbox'), 'box');
    writeFileSync(box, `From postmaster Thu Jan  1 00:00:00 1970\n${Buffer.from(bytes).toString().replaceAll('\r\n', '\n')}\n`);
    const shown = execFileSync('s-nail', ['-n', '-S', 'v15-compat', '-S', 'ttycharset=utf-8', '-R', '-f', box], { input: 'print 1\nexit\n', encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MAILRC: '/dev/null' } });
    expect(shown).toContain('您的邮件');
    expect(shown).toContain('报价单');
    expect(shown).toContain('a@one.example');
    expect(shown).toContain('请联系安全部门。');
    if (kind === 'failed') expect(shown).toContain('Content-Type: message/delivery-status');
  });
});
