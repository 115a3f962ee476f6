/** What the configuration may say of keeping and telling. */
import { describe, expect, it } from '@jest/globals';
import { checkContent, type LoadResult } from '../../config/load.js';

const check = (more: string, route = ''): LoadResult =>
  checkContent('/etc/weir/config.yaml', new TextEncoder().encode(`version: 1\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p${route} }]\npolicies: { p: { rules: [] } }\n${more}`), { S: 's' });
const SINK = 'notices: { sinks: [{ id: portal, url: "https://portal.example/x", secret: { env: S } }] }\n';

describe('keeping', () => {
  it('keeps the audit for three years unless told otherwise, and warns below six months', () => {
    const plain = check('');
    expect(plain.ok && plain.config.audit.retention / 86_400_000).toBe(1095);
    const short = check('audit: { retention: 90d }\n');
    expect(short.ok && short.warnings.map(({ path }) => path)).toEqual(['audit.retention']);
    const enough = check('audit: { retention: 184d }\n');
    expect(enough.ok && enough.warnings).toEqual([]);
  });

  it('lets a route name a notice sink that is there, and no other', () => {
    expect(check(SINK, ', notices: portal').ok).toBe(true);
    const wrong = check(SINK, ', notices: portel');
    expect(wrong.ok ? [] : wrong.problems.map(({ path, problem }) => [path, problem])).toEqual([['routes[0].notices', expect.stringContaining('there is no notice sink "portel"')]]);
  });

  it('refuses two sinks of one name', () => {
    const twice = check(SINK.replace('] }', ', { id: portal, url: "https://b.example", secret: { env: S } }] }'));
    expect(twice.ok ? [] : twice.problems.map(({ path }) => path)).toEqual(['notices.sinks[1].id']);
  });

  it('warns of notices that cross the network in clear, and of no others', () => {
    const at = (url: string): readonly string[] => check(SINK.replace('https://portal.example/x', url)).warnings.map(({ path }) => path);
    expect(at('http://portal.example/x')).toEqual(['notices.sinks[0].url']);
    for (const url of ['https://portal.example/x', 'http://localhost:9/x', 'http://127.0.0.1:9/x', 'http://[::1]:9/x']) expect(at(url)).toEqual([]);
    const clear = check(SINK.replace('https:', 'http:'));
    expect(clear.ok).toBe(true);
  });
});
