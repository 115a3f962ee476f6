/** Checkpoints are vouched for by a key that the database does not have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkpointSigner, signatureCheck, signingPaths } from '../../../gateway/vault/signing.js';
import { tempFolder } from '../../kit/temp.js';

const publicKey = (dataDir: string): string => readFileSync(signingPaths(dataDir).public, 'utf8');

describe.each(['age-v1', 'gm-1'] as const)('a checkpoint signed in suite %s', (suite) => {
  it('is good as it is, bad when text or signature changed, and of an unknown key for anyone else', async () => {
    const [here, elsewhere] = [tempFolder('keys'), tempFolder('keys')];
    const signature = await (await checkpointSigner(here, suite)).sign('the heads');
    await checkpointSigner(elsewhere, suite);
    const check = signatureCheck(publicKey(here));
    expect(check('the heads', signature)).toBe('good');
    expect(check('the heads.', signature)).toBe('bad');
    const bytes = Buffer.from(signature.value, 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(check('the heads', { ...signature, value: bytes.toString('base64') })).toBe('bad');
    expect(signatureCheck(publicKey(elsewhere))('the heads', signature)).toBe('unknown-key');
    expect(signatureCheck(`${publicKey(elsewhere)}\n${publicKey(here)}`)('the heads', signature)).toBe('good');
    expect(signatureCheck('')('the heads', signature)).toBe('unknown-key');
  });

  it('has the same key after a restart', async () => {
    const dataDir = tempFolder('keys');
    const first = await (await checkpointSigner(dataDir, suite)).sign('one');
    const second = await (await checkpointSigner(dataDir, suite)).sign('two');
    expect(second.key).toBe(first.key);
    expect(signatureCheck(publicKey(dataDir))('two', second)).toBe('good');
  });
});
