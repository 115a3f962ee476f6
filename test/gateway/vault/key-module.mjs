/** A key module for tests: the calls that `vault.keyCommand` makes, answered with a key from a file. Arguments: folder, then the operation. */
import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, operation] = process.argv.slice(2);
const secretFile = join(folder, 'module.secret');
if (!existsSync(secretFile)) {
  writeFileSync(secretFile, randomBytes(32));
  const pair = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'sign.key'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'sign.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
}
const secret = readFileSync(secretFile);
const input = readFileSync(0);

const answers = {
  recipient: () => Buffer.from('slot-1:review\n'),
  wrap() {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce);
    const sealed = Buffer.concat([cipher.update(input), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  },
  unwrap() {
    const decipher = createDecipheriv('aes-256-gcm', secret, input.subarray(0, 12));
    decipher.setAuthTag(input.subarray(12, 28));
    return Buffer.concat([decipher.update(input.subarray(28)), decipher.final()]);
  },
  sign: () => sign(null, input, createPrivateKey(readFileSync(join(folder, 'sign.key'), 'utf8'))),
  mac: () => createHmac('sha256', secret).update(input).digest(),
};
process.stdout.write(answers[operation]());
