import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import express from 'express';
import { afterAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { consolePages, type ConsoleOptions } from '../../../gateway/console/console-pages.js';
import { BODY_SHOWN, type DemoEntry } from '../../../gateway/console/demo-page.js';

const pages = (more: Partial<ConsoleOptions> = {}) => express().use(consolePages({ language: 'auto', ...more }));

function entry(text: string | Uint8Array, more: Partial<DemoEntry> = {}): DemoEntry {
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { at: new Date(0), route: 'mail', method: 'POST', target: '/mail', fields: [['Content-Type', 'text/plain']], bytes: body.length, body, ...more };
}

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</pre></article><iframe src="javascript:alert(1)">',
  '`${alert(1)}`',
  '&lt;script&gt; &#60;b&#62;',
  '\u202egnp.exe',
];

describe('the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bundle-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="/assets/main-abc.js"></script>');
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'export {};');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('comes under a policy that allows nothing inline, nothing from elsewhere and no frame around it, and is never kept', async () => {
    const { headers } = await request(pages({ folder })).get('/').expect(200).expect('Content-Type', /html/);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|nonce|https?:|\*/);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('has files that a browser may keep for good, because their names change with them', async () => {
    const { headers } = await request(pages({ folder })).get('/assets/main-abc.js').expect(200).expect('Content-Type', /javascript/);
    expect(headers['cache-control']).toContain('immutable');
  });

  it('comes compressed to browsers that read it so, and as it is to others', async () => {
    const plain = 'export const words = 1;\n'.repeat(50);
    writeFileSync(join(folder, 'assets', 'words-abc.js'), plain);
    writeFileSync(join(folder, 'assets', 'words-abc.js.br'), brotliCompressSync(plain));
    const app = pages({ folder });
    const get = (encoding: string) => request(app).get('/assets/words-abc.js').set('Accept-Encoding', encoding).buffer(true).parse((response, done) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => done(null, Buffer.concat(pieces)));
    });
    const packed = await get('gzip, br').expect(200).expect('Content-Type', /javascript/).expect('Content-Encoding', 'br').expect('Vary', /Accept-Encoding/).expect('Cache-Control', /immutable/);
    expect((packed.body as Buffer).toString()).toBe(plain);
    for (const encoding of ['gzip', 'identity', 'br;q=0']) {
      const { headers, body } = await get(encoding).expect(200).expect('Content-Type', /javascript/);
      expect([encoding, headers['content-encoding'], (body as Buffer).toString()]).toEqual([encoding, undefined, plain]);
    }
  });

  it('serves nothing beside its folder and lists nothing', async () => {
    const app = pages({ folder });
    for (const path of ['/assets/', '/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/..%2findex.html', '/index.html', '/.built-from']) await request(app).get(path).redirects(0).expect(404);
  });

  it('says so when it has not been built', async () => {
    const { text } = await request(pages({ folder: join(folder, 'nowhere') })).get('/').expect(503);
    expect(text).toContain('npm run build');
  });
});

describe('the demo page', () => {
  it('does not exist without a demo', async () => {
    await request(pages()).get('/demo').expect(404);
    await request(pages()).get('/demo.json').expect(404);
  });

  it.each(ATTACKS)('shows %j as text wherever it arrives', async (attack) => {
    const app = pages({ demo: () => [entry(attack, { target: `/mail?${attack}`, method: attack, route: attack, fields: [[attack, attack]] })] });
    const { text } = await request(app).get('/demo').expect(200);
    const harmless = await request(pages({ demo: () => [entry('x')] })).get('/demo');
    const tags = (page: string) => page.match(/<[^>]*>/g);
    expect(tags(text)).toEqual(tags(harmless.text));
    expect(text).not.toContain('\u202e');
  });

  it('has no script, no inline style and nothing from elsewhere', async () => {
    const { text } = await request(pages({ demo: () => [entry('x')] })).get('/demo');
    expect(text).not.toMatch(/<script|<style|style=|\son\w+=|https?:/i);
  });

  it('cuts a long body between characters and says when it is not text', async () => {
    const app = pages({ demo: () => [entry('密'.repeat(BODY_SHOWN)), entry(Uint8Array.of(0xff, 0xfe, 0x00))] });
    const { text } = await request(app).get('/demo').expect(200);
    expect(text).toContain('Only the beginning is shown');
    expect(text).not.toContain('\ufffd');
    expect(text).toContain('Not text.');
  });

  it('is there as JSON too', async () => {
    const answer = await request(pages({ demo: () => [entry('hello')] })).get('/demo.json').expect(200);
    expect(answer.body.entries).toEqual([
      { at: '1970-01-01T00:00:00.000Z', route: 'mail', method: 'POST', target: '/mail', fields: [['Content-Type', 'text/plain']], bytes: 5, complete: true, text: 'hello', cut: false },
    ]);
  });
});

describe('the style sheet', () => {
  it('is served, and nothing beside its folder is', async () => {
    const app = pages();
    expect((await request(app).get('/static/console.css').expect(200)).headers['content-type']).toContain('text/css');
    await request(app).get('/static/../page.ts').expect(404);
    await request(app).get('/static/%2e%2e/page.ts').expect(404);
    await request(app).get('/static/').expect(404);
  });
});
