/** The Dockerfile is sound by a linter's rules and by ours; no engine builds it here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
/** Instructions with continued lines joined, comments gone. */
const instructions = text
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ name: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));
const lastStage = instructions.slice(instructions.map(({ name }) => name).lastIndexOf('FROM'));
const inLastStage = (name: string): string[] => lastStage.filter((one) => one.name === name).map(({ rest }) => rest);

describe('Dockerfile', () => {
  it('has no problem that the linter knows', () => {
    expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${JSON.stringify(message)}`)).toEqual(
      [],
    );
  });

  it('builds and runs on the same glibc image, by a named version', () => {
    const images = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]);
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:\d+-bookworm-slim$/);
  });

  it('runs as a user of its own that has a passwd entry', () => {
    expect(inLastStage('USER')).toEqual(['weir']);
    expect(inLastStage('RUN').join(' ')).toContain('useradd');
    const names = lastStage.map(({ name }) => name);
    expect(names.lastIndexOf('USER')).toBeGreaterThan(names.lastIndexOf('COPY'));
  });

  it('starts the compiled program itself, so that signals reach it', () => {
    expect(inLastStage('ENTRYPOINT').map((rest) => JSON.parse(rest) as unknown)).toEqual([['node', 'dist/gateway/cli/weir.js']]);
    expect(inLastStage('CMD').map((rest) => JSON.parse(rest) as unknown)).toEqual([['start']]);
    expect(inLastStage('HEALTHCHECK').join(' ')).toContain('CMD ["node"');
    expect(inLastStage('VOLUME')).toEqual(['/data']);
  });

  it('carries no compiler, no sources and no development packages', () => {
    expect(inLastStage('RUN').join(' ')).not.toMatch(/apt-get|npm/);
    expect(inLastStage('COPY').every((rest) => rest.startsWith('--from=build '))).toBe(true);
    expect(text).toContain('npm prune --omit=dev');
  });

  it('copies only what the repository has and .dockerignore lets through', () => {
    const allowed = new Set(
      readFileSync(join(root, '.dockerignore'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const copied = instructions
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(allowed).toContain(path);
      expect(existsSync(join(root, path))).toBe(true);
    }
  });
});
