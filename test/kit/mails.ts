/** Mails built as well-known mailers build them: their fields, their nesting, their boundaries; the words are ours. */

export interface MailWords {
  /** Plain text of the mail. */
  readonly text: string;
  /** The same in HTML. */
  readonly html: string;
  /** An attachment's bytes. */
  readonly file: Uint8Array;
}

export interface MailerMail {
  readonly mailer: string;
  /** Line ends are CRLF. */
  readonly raw: Buffer;
}

const wrapped = (bytes: Uint8Array, width = 76): string => (Buffer.from(bytes).toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\r\n');
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
/** Quoted-printable: lines of at most 76, ASCII as it is. */
function quotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map((line) => {
      let out = '';
      let width = 0;
      for (const char of line) {
        const one = /[!-<>-~ ]/.test(char) ? char : hex(Buffer.from(char));
        if (width + one.length > 73) {
          out += '=\r\n';
          width = 0;
        }
        out += one;
        width += one.length;
      }
      return out.replace(/ $/, '=20');
    })
    .join('\r\n');
}

const lines = (...all: readonly string[]): string => all.join('\r\n');

/** Outlook on Exchange: mixed → alternative, and a seal of the service that is long. */
function outlook({ text, html, file }: MailWords): string {
  return lines(
    'Received: from MB1.example.cn (10.0.0.7) by MB2.example.cn',
    ' (10.0.0.8) with Microsoft SMTP Server (version=TLS1_2,',
    ' cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.6; Mon, 2 Nov 2026',
    ' 09:12:44 +0800',
    'From: =?gb2312?B?1cXI/Q==?= <zhang.san@example.cn>',
    'To: "Li, Si" <li.si@example.com>, =?utf-8?B?546L5LqU?= <wang@example.com>',
    'Subject: =?gb2312?B?suLK1A==?=',
    'Thread-Topic: =?gb2312?B?suLK1A==?=',
    'Thread-Index: AQHa0v2xk3kq0yXn5Uu3m7f1c3Q==',
    'Date: Mon, 2 Nov 2026 01:12:43 +0000',
    'Message-ID: <0f0c4a5e8d5e4f0d9b7d@example.cn>',
    'Accept-Language: zh-CN, en-US',
    'Content-Language: zh-CN',
    'X-MS-Has-Attach: yes',
    'X-MS-TNEF-Correlator:',
    `X-MS-Exchange-AntiSpam: ${'BCL:0;ARA:13230040|'.repeat(40)}`,
    'Content-Type: multipart/mixed;',
    '\tboundary="_004_0f0c4a5e8d5e4f0d9b7dexamplecn_"',
    'MIME-Version: 1.0',
    '',
    '--_004_0f0c4a5e8d5e4f0d9b7dexamplecn_',
    'Content-Type: multipart/alternative;',
    '\tboundary="_000_0f0c4a5e8d5e4f0d9b7dexamplecn_"',
    '',
    '--_000_0f0c4a5e8d5e4f0d9b7dexamplecn_',
    'Content-Type: text/plain; charset="utf-8"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(Buffer.from(text)),
    '',
    '--_000_0f0c4a5e8d5e4f0d9b7dexamplecn_',
    'Content-Type: text/html; charset="utf-8"',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(html),
    '',
    '--_000_0f0c4a5e8d5e4f0d9b7dexamplecn_--',
    '',
    '--_004_0f0c4a5e8d5e4f0d9b7dexamplecn_',
    'Content-Type: text/plain; name="=?utf-8?B?5ZCN5Y2VLnR4dA==?="',
    'Content-Description: =?utf-8?B?5ZCN5Y2VLnR4dA==?=',
    'Content-Disposition: attachment; filename="=?utf-8?B?5ZCN5Y2VLnR4dA==?=";',
    `\tsize=${file.length}; creation-date="Mon, 02 Nov 2026 01:10:00 GMT";`,
    '\tmodification-date="Mon, 02 Nov 2026 01:10:01 GMT"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(file),
    '',
    '--_004_0f0c4a5e8d5e4f0d9b7dexamplecn_--',
    '',
  );
}

/** Foxmail: boundaries of dashes, GB2312 names cut over several words, a preamble. */
function foxmail({ text, html, file }: MailWords): string {
  return lines(
    'Date: Mon, 2 Nov 2026 09:12:44 +0800',
    'From: "zhangsan@example.cn" <zhangsan@example.cn>',
    'To: lisi <lisi@example.com>',
    'Subject: =?GB2312?B?suLK1A==?=',
    'X-Priority: 3',
    'X-GUID: 5E0B5A1D-3A5E-4F5C-9B7D-0123ABCDEF01',
    'X-Has-Attach: yes',
    'X-Mailer: Foxmail 7.2.25.228[cn]',
    'Mime-Version: 1.0',
    'Message-ID: <2026110209124412345610@example.cn>',
    'Content-Type: multipart/mixed;',
    '\tboundary="----=_001_NextPart083212345678_=----"',
    '',
    'This is a multi-part message in MIME format.',
    '',
    '------=_001_NextPart083212345678_=----',
    'Content-Type: multipart/alternative;',
    '\tboundary="----=_002_NextPart083212345678_=----"',
    '',
    '',
    '------=_002_NextPart083212345678_=----',
    'Content-Type: text/plain;',
    '\tcharset="utf-8"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(Buffer.from(text)),
    '',
    '------=_002_NextPart083212345678_=----',
    'Content-Type: text/html;',
    '\tcharset="utf-8"',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(html),
    '------=_002_NextPart083212345678_=------',
    '',
    '------=_001_NextPart083212345678_=----',
    'Content-Type: application/octet-stream;',
    '\tname="=?GB2312?B?w/u1pS50eHQ=?="',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment;',
    '\tfilename="=?GB2312?B?w/u1pS50eHQ=?="',
    '',
    wrapped(file),
    '',
    '------=_001_NextPart083212345678_=------',
    '',
  );
}

/** QQ mail: its marks of origin, `charset` and `name` folded. */
function qq({ text, html, file }: MailWords): string {
  return lines(
    'X-QQ-FEAT: q3m1FdR5mL0',
    'X-QQ-SSF: 00400000000000F0',
    'X-QQ-mid: webmail1t1762046000t1234567',
    'From: "=?utf-8?B?5byg5LiJ?=" <10001@qq.example>',
    'To: "=?utf-8?B?5p2O5Zub?=" <lisi@example.com>',
    'Subject: =?utf-8?B?5rWL6K+V?=',
    'Mime-Version: 1.0',
    'Content-Type: multipart/mixed;',
    '\tboundary="----=_NextPart_6726F0B0_8A1D2A60_2B1C0F3E"',
    'Content-Transfer-Encoding: 8Bit',
    'Date: Mon, 2 Nov 2026 09:12:44 +0800',
    'X-Priority: 3',
    'Message-ID: <tencent_0123ABCDEF@qq.example>',
    'X-QQ-MIME: TCMime 1.0 by Tencent',
    '',
    'This is a multi-part message in MIME format.',
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_2B1C0F3E',
    'Content-Type: multipart/alternative;',
    '\tboundary="----=_NextPart_6726F0B0_8A1D2A60_7F3D2C11";',
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_7F3D2C11',
    'Content-Type: text/plain;',
    '\tcharset="utf-8"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(Buffer.from(text)),
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_7F3D2C11',
    'Content-Type: text/html;',
    '\tcharset="utf-8"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(Buffer.from(html)),
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_7F3D2C11--',
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_2B1C0F3E',
    'Content-Type: application/octet-stream;',
    '\tcharset="utf-8";',
    '\tname="=?utf-8?B?5ZCN5Y2VLnR4dA==?="',
    'Content-Disposition: attachment; filename="=?utf-8?B?5ZCN5Y2VLnR4dA==?="',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(file),
    '',
    '------=_NextPart_6726F0B0_8A1D2A60_2B1C0F3E--',
    '',
  );
}

/** Gmail: bare boundaries of hexadecimal digits in quotes, flowed text, extended file names. */
function gmail({ text, html, file }: MailWords): string {
  return lines(
    'MIME-Version: 1.0',
    'Date: Mon, 2 Nov 2026 09:12:44 +0800',
    'Message-ID: <CAF=abc+def_0123@mail.gmail.example>',
    'Subject: =?UTF-8?B?5rWL6K+V?=',
    'From: =?UTF-8?B?5byg5LiJ?= <zhang@gmail.example>',
    'To: Li Si <lisi@example.com>',
    'Content-Type: multipart/mixed; boundary="000000000000e1b0c20625f0a1b2"',
    '',
    '--000000000000e1b0c20625f0a1b2',
    'Content-Type: multipart/alternative; boundary="000000000000e1b0bf0625f0a1b0"',
    '',
    '--000000000000e1b0bf0625f0a1b0',
    'Content-Type: text/plain; charset="UTF-8"',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(Buffer.from(text)),
    '--000000000000e1b0bf0625f0a1b0',
    'Content-Type: text/html; charset="UTF-8"',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(html),
    '',
    '--000000000000e1b0bf0625f0a1b0--',
    '--000000000000e1b0c20625f0a1b2',
    'Content-Type: text/plain; charset="UTF-8"; name="=?UTF-8?B?5ZCN5Y2VLnR4dA==?="',
    'Content-Disposition: attachment; filename="=?UTF-8?B?5ZCN5Y2VLnR4dA==?="',
    'Content-Transfer-Encoding: base64',
    'X-Attachment-Id: f_m30abcde0',
    'Content-ID: <f_m30abcde0>',
    '',
    wrapped(file),
    '--000000000000e1b0c20625f0a1b2--',
    '',
  );
}

/** Apple Mail: `Apple-Mail=_` boundaries, parameters on lines of their own, RFC 2231 names, text in 7bit. */
function apple({ text, html, file }: MailWords): string {
  return lines(
    'From: Zhang San <zhang@icloud.example>',
    'Content-Type: multipart/alternative;',
    '\tboundary="Apple-Mail=_5E0B5A1D-3A5E-4F5C-9B7D-0123ABCDEF01"',
    'Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))',
    'Subject: =?utf-8?B?5rWL6K+V?=',
    'Message-Id: <5E0B5A1D-3A5E-4F5C@icloud.example>',
    'Date: Mon, 2 Nov 2026 09:12:44 +0800',
    'To: Li Si <lisi@example.com>',
    'X-Mailer: Apple Mail (2.3826.200.121)',
    '',
    '',
    '--Apple-Mail=_5E0B5A1D-3A5E-4F5C-9B7D-0123ABCDEF01',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Type: text/plain;',
    '\tcharset=utf-8',
    '',
    quotedPrintable(text),
    '--Apple-Mail=_5E0B5A1D-3A5E-4F5C-9B7D-0123ABCDEF01',
    'Content-Type: multipart/mixed;',
    '\tboundary="Apple-Mail=_6F1C6B2E-4B6F-4D6D-AC8E-1234BCDEF012"',
    '',
    '',
    '--Apple-Mail=_6F1C6B2E-4B6F-4D6D-AC8E-1234BCDEF012',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Type: text/html;',
    '\tcharset=utf-8',
    '',
    quotedPrintable(html),
    '--Apple-Mail=_6F1C6B2E-4B6F-4D6D-AC8E-1234BCDEF012',
    'Content-Disposition: attachment;',
    "\tfilename*=utf-8''%E5%90%8D%E5%8D%95.txt",
    'Content-Type: text/plain;',
    "\tname*=utf-8''%E5%90%8D%E5%8D%95.txt;",
    '\tx-unix-mode=0644',
    'Content-Transfer-Encoding: base64',
    '',
    wrapped(file),
    '--Apple-Mail=_6F1C6B2E-4B6F-4D6D-AC8E-1234BCDEF012',
    'Content-Transfer-Encoding: 7bit',
    'Content-Type: text/html;',
    '\tcharset=us-ascii',
    '',
    '<html><head></head><body><div></div></body></html>',
    '--Apple-Mail=_6F1C6B2E-4B6F-4D6D-AC8E-1234BCDEF012--',
    '',
    '--Apple-Mail=_5E0B5A1D-3A5E-4F5C-9B7D-0123ABCDEF01--',
    '',
  );
}

/** A forwarded mail as an attachment, as Thunderbird does, in 7bit and unwrapped. */
function forwarded(words: MailWords): string {
  return lines(
    'Message-ID: <d0c0ffee-0000-4000-8000-000000000001@example.cn>',
    'Date: Mon, 2 Nov 2026 10:00:00 +0800',
    'MIME-Version: 1.0',
    'User-Agent: Mozilla Thunderbird',
    'Content-Language: zh-CN',
    'To: lisi@example.com',
    'From: Zhang San <zhangsan@example.cn>',
    'Subject: Fwd: =?UTF-8?B?5rWL6K+V?=',
    'Content-Type: multipart/mixed; boundary="------------0C0FFEE00C0FFEE00C0FFEE0"',
    '',
    'This is a multi-part message in MIME format.',
    '--------------0C0FFEE00C0FFEE00C0FFEE0',
    'Content-Type: text/plain; charset=UTF-8; format=flowed',
    'Content-Transfer-Encoding: 8bit',
    '',
    words.text,
    '--------------0C0FFEE00C0FFEE00C0FFEE0',
    'Content-Type: message/rfc822; charset=UTF-8; name="Forwarded.eml"',
    'Content-Disposition: attachment; filename="Forwarded.eml"',
    'Content-Transfer-Encoding: 8bit',
    '',
    foxmail(words),
    '--------------0C0FFEE00C0FFEE00C0FFEE0--',
    '',
  );
}

export function mailerMails(words: MailWords): readonly MailerMail[] {
  return Object.entries({ outlook, foxmail, qq, gmail, apple, forwarded }).map(([mailer, build]) => ({ mailer, raw: Buffer.from(build(words)) }));
}
