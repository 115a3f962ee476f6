import express from 'express';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { consolePages, type ConsoleOptions } from '../../../gateway/console/console-pages.js';
import { BODY_SHOWN, type DemoEntry } from '../../../gateway/console/demo-page.js';

const summary: ConsoleOptions['summary'] = {
  version: '0.0.0',
  monitor: false,
  custody: 'supplied',
  routes: [{ id: 'mail', path: '/mail', policy: 'mail', demo: true, monitor: false }],
};
const pages = (more: Partial<ConsoleOptions> = {}) =>
  express().use(consolePages({ summary, counts: async () => ({ states: {}, oldestHeldAt: undefined }), language: 'auto', ...more }));

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

describe('the landing page', () => {
  it('counts messages by state and speaks the language asked for', async () => {
    const app = pages({ counts: async () => ({ states: { held: 3, released: 1, rejected: 0 }, oldestHeldAt: new Date(0) }) });
    const en = await request(app).get('/').expect(200);
    expect(en.text).toMatch(/<dt>held<\/dt><dd>3<\/dd>/);
    expect(en.text).not.toContain('rejected');
    expect(en.headers['content-language']).toBe('en');
    const zh = await request(app).get('/').set('Accept-Language', 'zh-CN,zh;q=0.9,en;q=0.8').expect(200);
    expect(zh.text).toMatch(/<html lang="zh-CN">[\s\S]*<dt>待审<\/dt><dd>3<\/dd>/);
    expect(zh.headers['vary']).toContain('Accept-Language');
  });

  it('is there when the ledger is not, and says so', async () => {
    const answer = await request(pages({ counts: () => Promise.reject(new Error('canary')) })).get('/').expect(200);
    expect(answer.text).toContain('The ledger cannot be reached');
    expect(answer.text).not.toContain('canary');
  });

  it('says what makes this gateway weaker than it could be', async () => {
    const app = pages({ summary: { ...summary, monitor: true, custody: 'local' }, demo: () => [] });
    const { text } = await request(app).get('/').expect(200);
    expect(text.match(/class="banner"/g)).toHaveLength(3);
  });
});

describe('the demo page', () => {
  it('does not exist without a demo', async () => {
    await request(pages()).get('/demo').expect(404);
    await request(pages()).get('/demo.json').expect(404);
    expect((await request(pages()).get('/')).text).not.toContain('/demo');
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
    expect((await request(app).get('/assets/console.css').expect(200)).headers['content-type']).toContain('text/css');
    await request(app).get('/assets/../page.ts').expect(404);
    await request(app).get('/assets/%2e%2e/page.ts').expect(404);
    await request(app).get('/assets/').expect(404);
  });
});
