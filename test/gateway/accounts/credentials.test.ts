import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { passwordHashes } from '../../../gateway/accounts/password-hash.js';
import { passwordRefusal } from '../../../gateway/accounts/password-policy.js';
import { newRecoveryCodes, recoveryHash } from '../../../gateway/accounts/recovery-codes.js';
import { seal, unseal } from '../../../gateway/accounts/sealed.js';
import { csrfOf, newSecret, secretHash } from '../../../gateway/accounts/secret-token.js';
import { newTotpSecret, totpLabels, totpStep } from '../../../gateway/accounts/totp.js';

const PERSON = { name: 'li.ming', displayName: 'Li Ming 李明华' };
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };

describe('password rules', () => {
  it.each([
    ['short', 'kX9#vLq2', 'too-short'],
    ['the name', 'xx-li.ming-2031', 'contains-name'],
    ['the displayed name', '李明华的密码呀呀呀呀呀呀', 'contains-name'],
    ['one character again and again', 'zzzzzzzzzzzzzz', 'too-uniform'],
    ['two characters', 'ababababababab', 'too-uniform'],
    ['a run of letters', 'abcdefghijklmn', 'too-uniform'],
    ['a common word with a year', 'Password2026!', 'too-common'],
    ['a common word in disguise', 'P@ssw0rd1234', 'too-common'],
    ['a keyboard row twice', 'qwertyqwerty', 'too-common'],
    ['administrator and figures', 'administrator1', 'too-common'],
    ['well-known figures', '123456789123456789', 'too-common'],
  ] as const)('%s is refused', (_what, password, why) => {
    expect(passwordRefusal(password, PERSON)).toBe(why);
  });

  it.each(['correct horse battery', 'tulpe-waage-mond', '春眠不觉晓处处闻啼鸟夜来', 'fJ2#kd9!mQx7', 'my password is a whole sentence'])('"%s" may be used', (password) => {
    expect(passwordRefusal(password, PERSON)).toBeUndefined();
  });

  it('random passwords of sixteen characters are never refused, and none is too long for the rules', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (bytes) => {
      const password = Buffer.from(bytes).toString('base64');
      if (new Set(password).size >= 10) expect(passwordRefusal(password, { name: 'zz', displayName: 'zz' })).toBeUndefined();
    }));
    expect(passwordRefusal('x y z u v '.repeat(26), PERSON)).toBeUndefined();
  });
});

describe('password hashes', () => {
  it('are argon2id, salted, and match the password alone, however its characters were typed', async () => {
    const hashes = passwordHashes(CHEAP);
    const stored = await hashes.hash('tulpe-waage-mond');
    expect(stored).toMatch(/^\$argon2id\$v=19\$/);
    expect(await hashes.hash('tulpe-waage-mond')).not.toBe(stored);
    expect(await hashes.verify(stored, 'tulpe-waage-mond')).toBe(true);
    expect(await hashes.verify(stored, 'ｔｕｌｐｅ-waage-mond')).toBe(true);
    expect(await hashes.verify(stored, 'tulpe-waage-mont')).toBe(false);
  });

  it('without a hash to compare with the answer is no, also for the password that the comparison is made with', async () => {
    expect(await passwordHashes(CHEAP).verify(undefined, 'nobody has this password')).toBe(false);
  });

  it('a flood is refused beyond what may wait, and the rest is answered', async () => {
    const hashes = passwordHashes(CHEAP);
    const answers = await Promise.all(Array.from({ length: 100 }, () => hashes.hash('tulpe-waage-mond')));
    expect(answers.filter((answer) => answer === undefined).length).toBe(100 - 66);
  });
});

describe('one-time codes', () => {
  // The same each time: of a million codes two neighbours are now and then the same.
  const secret = Buffer.from('a secret of 20 bytes');
  const now = Date.UTC(2026, 0, 1, 12);
  const codeAt = (time: number): string => new TOTP({ secret: Secret.fromHex(secret.toString('hex')) }).generate({ timestamp: time });

  it('the code of now, of just before and of just after is taken, an older or newer one is not', () => {
    for (const [offset, taken] of [[-60, false], [-30, true], [0, true], [30, true], [60, false]] as const) {
      expect(totpStep(secret, codeAt(now + offset * 1000), now, 0) !== undefined).toBe(taken);
    }
  });

  it('a code is taken once, and none before it afterwards', () => {
    const step = totpStep(secret, codeAt(now), now, 0) ?? 0;
    expect(step).toBe(Math.floor(now / 30_000));
    expect(totpStep(secret, codeAt(now), now, step)).toBeUndefined();
    expect(totpStep(secret, codeAt(now - 30_000), now, step)).toBeUndefined();
    expect(totpStep(secret, codeAt(now + 30_000), now + 30_000, step)).toBe(step + 1);
  });

  it('blanks between the digits are no mistake; anything but six digits is none', () => {
    const code = codeAt(now);
    expect(totpStep(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now, 0)).toBeDefined();
    for (const wrong of ['', 'abcdef', `${code}0`, code.slice(1), '１２３４５６']) expect(totpStep(secret, wrong, now, 0)).toBeUndefined();
  });

  it('an authenticator app reads the secret out of the address', () => {
    const own = newTotpSecret();
    const { uri, secret: base32 } = totpLabels(own, 'li.ming', 'Weir 堰');
    expect(uri).toMatch(/^otpauth:\/\/totp\//);
    expect(new URL(uri).searchParams.get('secret')).toBe(base32);
    expect(Buffer.from(Secret.fromBase32(base32).bytes).equals(own)).toBe(true);
  });
});

describe('kept secrets', () => {
  it('recovery codes are ten, different, and found again by their hash however they are typed', () => {
    const { codes, hashes } = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    codes.forEach((code, at) => {
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
      expect(recoveryHash(code.toUpperCase().replaceAll('-', ' ').replaceAll('1', 'I').replaceAll('0', 'O'))).toBe(hashes[at]);
    });
  });

  it('what is sealed opens with its key, in its place, unchanged, and in no other way', () => {
    const key = randomBytes(32);
    const sealed = seal(key, 'ann', Buffer.from('secret'));
    expect(unseal(key, 'ann', sealed)?.toString()).toBe('secret');
    expect(unseal(key, 'bob', sealed)).toBeUndefined();
    expect(unseal(randomBytes(32), 'ann', sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal(key, 'ann', changed)).toBeUndefined();
    }
    expect(unseal(key, 'ann', Buffer.alloc(5))).toBeUndefined();
  });

  it('tokens are 256 random bits, known by their hash; a session’s check word is not the session', () => {
    const { secret, hash } = newSecret('weir_');
    expect(secret).toMatch(/^weir_[A-Za-z0-9_-]{43}$/);
    expect(hash).toBe(secretHash(secret));
    expect(csrfOf(secret)).toBe(csrfOf(secret));
    expect(csrfOf(secret)).not.toBe(csrfOf(newSecret('weir_').secret));
    expect(secret).not.toContain(csrfOf(secret));
  });
});
