import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import RE2 from 're2';
import { configSchema, type Config } from '../../config/schema.js';
import { codeDigest } from '../../detectors/code-digest.js';
import { builtInDetectors, optionalDetectors, registry, type RegistryOptions } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { tempFolder } from '../kit/temp.js';

/** Those that come with Weir, and those that a site has added in files. */
const builtIn = builtInDetectors.map((one) => one.id);
const none: RegistryOptions = { disable: [], keep: {}, patterns: [] };
const made = (change: Partial<RegistryOptions> = {}): ReturnType<typeof registry> => registry({ ...none, ...change }, { RE2, findAllWith });
const project: RegistryOptions['patterns'][number] = {
  id: 'acme.project',
  title: { zh: '项目代号', en: 'Project code' },
  pattern: 'PRJ-\\d{4}',
  checksum: 'none',
  words: [],
  confidence: 0.8,
  confidenceWithWords: 0.9,
  keep: { first: 4, last: 0 },
  cases: { hit: ['see «PRJ-1234»'], miss: ['PRJ-12'] },
};

describe('the registry', () => {
  it('has the three built-in detectors, each of them proven', () => {
    expect(builtIn).toEqual(expect.arrayContaining(['cn.resident-id', 'bank-card', 'cn.phone']));
    expect(made().detectors.map((one) => one.id)).toEqual(builtIn);
  });

  it('leaves out what is disabled, adds what is declared, and keeps what it is told to keep', () => {
    const { detectors } = made({ disable: ['cn.phone'], keep: { 'bank-card': { first: 6, last: 4 } }, patterns: [project] });
    expect(detectors.map((one) => one.id)).toEqual([...builtIn.filter((id) => id !== 'cn.phone'), 'acme.project']);
    expect(detectors.find((one) => one.id === 'bank-card')?.keep).toEqual({ first: 6, last: 4 });
  });

  it('has optional detectors in force only where they are enabled, each of them proven', () => {
    const unchecked = optionalDetectors.map((one) => one.id);
    expect(unchecked).toEqual(['bank-card.unchecked']);
    const { detectors, version } = made({ enable: unchecked });
    expect(detectors.map((one) => one.id)).toEqual([...builtIn, ...unchecked]);
    expect(version).not.toBe(made().version);
    expect(made({ enable: unchecked, disable: unchecked, keep: { 'bank-card.unchecked': { first: 6, last: 4 } } }).detectors.map((one) => one.id)).toEqual(builtIn);
    for (const id of ['cn.phone', 'bank-card.uncheckd']) expect(() => made({ enable: [id] })).toThrow('only bank-card.unchecked can be enabled');
  });

  it('has a version that changes with everything that can change a finding', () => {
    const versions = [made(), made({ disable: ['cn.phone'] }), made({ keep: { 'cn.phone': { first: 0, last: 0 } } }), made({ patterns: [project] })].map((one) => one.version);
    expect(new Set(versions).size).toBe(4);
    expect(made().version).toBe(versions[0]);
    expect(versions[0]).toMatch(/^\d{4}-\d\d-\d\d-[0-9a-f]{8}$/);
  });

  it('has a version that changes with the code of any detector, and with nothing else that lies beside it', () => {
    const folder = join(tempFolder('detectors'), 'detectors');
    cpSync(fileURLToPath(new URL('../../detectors', import.meta.url)), folder, { recursive: true });
    const version = (): string => registry(none, { RE2, findAllWith, code: codeDigest(folder) }).version;
    const before = version();
    writeFileSync(join(folder, 'notes.md'), 'not code');
    expect(version()).toBe(before);
    for (const file of ['bank-card.ts', join('scan', 'settle.ts'), join('data', 'iins.ts')]) {
      const path = join(folder, file);
      const code = readFileSync(path, 'utf8');
      writeFileSync(path, code.replace(/0|1/, (digit) => (digit === '0' ? '1' : '0')));
      expect([file, version() === before]).toEqual([file, false]);
      writeFileSync(path, code);
    }
    expect(version()).toBe(before);
    renameSync(join(folder, 'bank-card.ts'), join(folder, 'bank-cards.ts'));
    expect(version()).not.toBe(before);
  });

  it('digests its own code when it is not told of another', () => {
    expect(made().version).toBe(registry(none, { RE2, findAllWith, code: codeDigest() }).version);
    expect(codeDigest()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes what the configuration file says, as it is parsed', () => {
    const parsed: Config['detectors'] = configSchema.shape.detectors.parse({ patterns: [{ id: project.id, title: project.title, pattern: project.pattern, cases: project.cases }] });
    expect(made(parsed).detectors.map((one) => one.id)).toContain('acme.project');
  });

  it('refuses an id that is taken, and one that does not exist', () => {
    expect(() => made({ patterns: [{ ...project, id: 'cn.phone' }] })).toThrow('taken');
    expect(() => made({ disable: ['cn.fone'] })).toThrow('no detector has this id');
  });

  it('refuses a declared detector that does not prove itself', () => {
    expect(() => made({ patterns: [{ ...project, cases: { hit: ['«PRJ-12»'], miss: ['x'] } }] })).toThrow('Detector "acme.project": hit 1 is not found');
  });
});
