/** Where the vault lies, as the configuration says it. */
import { describe, expect, it } from '@jest/globals';
import { checkContent, type LoadResult } from '../../config/load.js';

const PLAIN = 'version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\n';
const check = (vault: string, env: Record<string, string> = {}): LoadResult => checkContent('/etc/weir/config.yaml', new TextEncoder().encode(`${PLAIN}vault: ${vault}\n`), env);

describe('vault.store', () => {
  it('is the data folder when left out, a folder, or a bucket whose prefix ends with a slash', () => {
    const store = (vault: string): unknown => {
      const result = check(vault);
      return result.ok ? result.config.vault.store : result.problems;
    };
    expect(store('{}')).toBeUndefined();
    expect(store('{ store: { folder: /srv/weir/vault } }')).toEqual({ folder: '/srv/weir/vault' });
    expect(store('{ store: { s3: { bucket: weir-vault, prefix: weir/vault } } }')).toEqual({ s3: { bucket: 'weir-vault', prefix: 'weir/vault/', region: 'us-east-1' } });
    expect(store('{ store: { s3: { bucket: weir-vault, prefix: weir/, endpoint: "https://s3.corp.example:9000", pathStyle: false } } }')).toMatchObject({ s3: { prefix: 'weir/', pathStyle: false } });
  });

  it('is warned of where names and sizes would cross the network in the clear', () => {
    const warnings = (endpoint: string): readonly string[] => check(`{ store: { s3: { bucket: weir-vault, endpoint: "${endpoint}" } } }`).warnings.map(({ path }) => path);
    expect(warnings('http://s3.corp.example')).toEqual(['vault.store.s3.endpoint']);
    expect(warnings('http://127.0.0.1:9000')).toEqual([]);
  });

  it('never repeats a secret that was put into the file', () => {
    const result = check('{ store: { s3: { bucket: weir-vault, accessKeyId: AKIAHUNTER2, secretAccessKey: hunter2 } } }');
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toMatch(/hunter2/i);
  });

  it('names the access key that is not there', () => {
    const vault = '{ store: { s3: { bucket: weir-vault, accessKeyId: { env: ID }, secretAccessKey: { env: WORD } } } }';
    const result = check(vault, { ID: 'x' });
    expect(result.ok ? [] : result.problems.map(({ problem }) => problem)).toEqual(['the environment variable WORD is not set']);
    expect(check(vault, { ID: 'x', WORD: 'y' }).ok).toBe(true);
  });
});
