/** What a program reads before it knows what it is asked for: every package here is paid for at each start, and kept in memory as long as the process lives. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Read by what a configuration asks for, as it is wired. */
const ASKED_FOR = [
  '@aws-sdk/client-s3', '@opentelemetry/api', '@opentelemetry/sdk-logs', '@opentelemetry/sdk-trace-node',
  'bullmq', 'http-proxy-middleware', 'ioredis', 'jose', 'jschardet', 'libarchive-wasm', 'nodemailer', 'openid-client', 'smtp-server', 'unpdf',
];
/** The gateway cannot do without; a command and a process that opens files can. */
const GATEWAY = ['@node-rs/argon2', 'age-encryption', 'express', 'helmet', 'kysely', 'otpauth', 'pg', 'pg-copy-streams', 'prom-client', 'winston'];

/** What the file reads by itself when it is loaded; a promise of a module is read when somebody asks. */
function imports(file: string): readonly string[] {
  const { body } = parseSync(readFileSync(file, 'utf8'), { syntax: 'typescript' });
  return body.flatMap((item) => {
    if (item.type === 'ImportDeclaration') return item.typeOnly ? [] : [item.source.value];
    if (item.type === 'ExportAllDeclaration') return [item.source.value];
    return item.type === 'ExportNamedDeclaration' && item.source && !item.typeOnly ? [item.source.value] : [];
  });
}

/** Packages by the way to the first file that reads each: a refusal that says where to look. */
function packagesOf(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const ways = new Map([[join(ROOT, entry), entry]]);
  for (const [file, way] of ways) {
    for (const name of imports(file)) {
      if (name.startsWith('.')) {
        const source = join(dirname(file), name).replace(/\.js$/, '.ts');
        if (!ways.has(source) && existsSync(source)) ways.set(source, `${way} > ${source.slice(ROOT.length)}`);
      } else if (!name.startsWith('node:')) {
        const [first = '', second = ''] = name.split('/');
        const known = first.startsWith('@') ? `${first}/${second}` : first;
        if (!found.has(known)) found.set(known, way);
      }
    }
  }
  return found;
}

describe('before it knows its configuration', () => {
  it.each([
    ['gateway/main.ts', [...ASKED_FOR, 'pg-copy-streams']],
    ['gateway/wiring/gateway-process.ts', [...ASKED_FOR, 'express', 'helmet', 'otpauth', 'pg-copy-streams']],
    ['gateway/wiring/worker-process.ts', [...ASKED_FOR, 'express', 'helmet', 'otpauth', 'pg-copy-streams']],
    ['gateway/wiring/extract-child.ts', [...ASKED_FOR, ...GATEWAY, 'yaml']],
    // Every command, and `--help`.
    ['gateway/cli/weir.ts', [...ASKED_FOR, ...GATEWAY, 'cli-progress', 're2', 'yaml', 'zod']],
  ])('%s reads none of what only some need', (entry, others) => {
    const read = packagesOf(entry);
    expect(read.size).toBeGreaterThan(0);
    expect(others.flatMap((name) => read.get(name) ?? [])).toEqual([]);
  });
});
