/** Answers on a wire connection, read by read: how they are cut never matters, and no byte is taken for another exchange's. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Field, UpstreamReply, UpstreamRequest } from '../../../../gateway/ports.js';
import { request, textOf } from './fixture.js';
import { line } from './wire-line.js';

interface Outcome {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly body: string | undefined;
  readonly trailers: readonly Field[] | undefined;
  readonly failure: string | undefined;
  readonly released: readonly number[];
  readonly isDestroyed: boolean;
}

const codeOf = (thrown: unknown): string => (thrown as { readonly code: string }).code;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
/** Small and in memory: it leaves in one write, before `ask` is back. */
const asking = (method = 'GET'): UpstreamRequest => request({ method, whole: [], length: 0 });

async function read(reply: UpstreamReply): Promise<Pick<Outcome, 'body' | 'trailers' | 'failure'>> {
  try {
    const body = reply.whole === undefined ? await textOf(reply) : Buffer.concat(reply.whole).toString('latin1');
    return { body, trailers: reply.trailers(), failure: undefined };
  } catch (thrown) {
    return { body: undefined, trailers: undefined, failure: codeOf(thrown) };
  }
}

async function outcome(pieces: readonly Uint8Array[], method: string, ends: boolean): Promise<Outcome | string> {
  const on = line();
  const asked = on.ask(asking(method)).then(async (reply) => ({ status: reply.status, reason: reply.statusText, fields: reply.fields, ...(await read(reply)) }), codeOf);
  for (const piece of pieces) {
    on.come(piece);
    // Its reader takes it before the next one comes, or later, as the cut wants it.
    if (piece.length % 2 === 0) await Promise.resolve();
  }
  if (ends) on.end();
  else if (!on.isDestroyed() && on.released.length === 0) on.reset();
  const told = await asked;
  return typeof told === 'string' ? told : { ...told, released: on.released, isDestroyed: on.isDestroyed() };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length)).filter((piece) => piece.length > 0);
}

const chunked = (...chunks: string[]): string => chunks.map((one) => `${one.length.toString(16)}\r\n${one}\r\n`).join('');
const H = 'HTTP/1.1 ';
/** Longer ones are cut at random. */
const EVERY_CUT_UP_TO = 512;

const ANSWERS: readonly (readonly [name: string, answer: string, method?: string, ends?: boolean])[] = [
  ['of a declared length', `${H}200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nX-A:  b \r\n\r\nhello world`],
  ['of no length', `${H}204 No Content\r\nETag: "a"\r\n\r\n`],
  ['to HEAD', `${H}200 OK\r\nContent-Length: 5\r\n\r\n`, 'HEAD'],
  ['to HEAD, behind an interim one', `${H}103 Early Hints\r\nLink: </a>\r\n\r\n${H}200 OK\r\nContent-Length: 5\r\n\r\n`, 'HEAD'],
  ['that is not modified', `${H}304 Not Modified\r\nContent-Length: 5\r\n\r\n`],
  ['in chunks, with trailers', `${H}200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('hello', ' ', 'w'.repeat(300))}0\r\nX-Sum: ab\r\nX-T: c\r\n\r\n`],
  ['in chunks with extensions', `${H}200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n`],
  ['behind interim ones', `${H}102 Processing\r\n\r\n${H}103 Early Hints\r\nLink: </a>\r\n\r\n${H}201 Created\r\nContent-Length: 2\r\n\r\nok`],
  ['that ends with its connection', `${H}200 OK\r\nX: y\r\n\r\nall of it`, 'GET', true],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['of HTTP/1.0 that keeps its connection', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'],
  ['that closes', `${H}200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`],
  ['that is cut', `${H}200 OK\r\nContent-Length: 20\r\n\r\nonly this`, 'GET', true],
  ['that is reset', `${H}200 OK\r\nContent-Length: 20\r\n\r\nonly this`],
  ['that ends with a reset connection', `${H}200 OK\r\n\r\nonly this`],
  ['cut in a chunk', `${H}200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel`, 'GET', true],
  ['with a bad chunk', `${H}200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`],
  ['cut in its head', `${H}200 OK\r\nContent-Len`, 'GET', true],
  ['that is none', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['of two lengths', `${H}200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok`],
  ['of a length and chunks', `${H}200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['with a control in a field', `${H}200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n`],
  ['with a folded field', `${H}200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
  ['behind too many interim ones', `${`${H}103 Early Hints\r\n\r\n`.repeat(101)}${H}200 OK\r\nContent-Length: 0\r\n\r\n`],
  ['that changes the protocol', `${H}101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`],
];

describe('an answer on a wire connection', () => {
  it.each(ANSWERS)('%s is the same however it is cut', async (_name, answer, method = 'GET', ends = false) => {
    const bytes = latin1(answer);
    const uncut = await outcome([bytes], method, ends);
    for (let at = 1; at < bytes.length && bytes.length <= EVERY_CUT_UP_TO; at += 1) expect(await outcome([bytes.subarray(0, at), bytes.subarray(at)], method, ends)).toEqual(uncut);
    expect(await outcome(Array.from(bytes, (byte) => Buffer.of(byte)), method, ends)).toEqual(uncut);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (places) => expect(await outcome(cut(bytes, places), method, ends)).toEqual(uncut)),
      { numRuns: 30, seed: 8 },
    );
  });

  it.each([
    ['of a declared length', (body: Buffer) => Buffer.concat([latin1(`${H}200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body])],
    ['in chunks', (body: Buffer) => Buffer.concat([latin1(`${H}200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`), ...cut(body, [7, 20_000, 100_000]).flatMap((piece) => [latin1(`${piece.length.toString(16)}\r\n`), piece, latin1('\r\n')]), latin1('0\r\n\r\n')])],
  ])('keeps bytes %s that later reads come over', async (_name, framed) => {
    const body = Buffer.alloc(200_000);
    for (let i = 0; i < body.length; i += 1) body[i] = (i * 31 + (i >> 8)) & 0xff;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 8 }), async (places) => {
        const told = await outcome(cut(framed(body), places), 'GET', false);
        expect(typeof told === 'string' ? told : told.body === body.toString('latin1')).toBe(true);
      }),
      { numRuns: 25, seed: 9 },
    );
  });

  it('is given whole where all of it came at once, and its connection may serve again', async () => {
    const on = line();
    const asked = on.ask(asking());
    on.come(latin1(`${H}200 OK\r\nContent-Length: 2\r\n\r\nok`));
    const reply = await asked;
    expect(Buffer.concat(reply.whole ?? []).toString()).toBe('ok');
    expect(await textOf(reply)).toBe('ok');
    expect(on.released).toEqual([30_000]);
  });

  it.each([
    ['timeout=5', 4_000],
    ['timeout=5, max=100', 4_000],
    ['max=100, timeout=1', 750],
    ['timeout=600', 30_000],
    ['timeout=0', undefined],
    ['max=7', 30_000],
  ])('lets its connection rest as long as “%s” allows', async (hint, milliseconds) => {
    const on = line();
    const asked = on.ask(asking());
    on.come(latin1(`${H}200 OK\r\nKeep-Alive: ${hint}\r\nContent-Length: 0\r\n\r\n`));
    await asked;
    expect(on.released).toEqual(milliseconds === undefined ? [] : [milliseconds]);
    expect(on.isDestroyed()).toBe(milliseconds === undefined);
  });

  it('is late only while its reader waits for it', async () => {
    const on = line();
    const asked = on.ask(asking());
    on.come(latin1(`${H}200 OK\r\nContent-Length: 9\r\n\r\n`));
    const pieces = (await asked).body[Symbol.asyncIterator]();
    const taken = pieces.next();
    on.come(latin1('one'));
    expect(Buffer.from((await taken).value ?? []).toString()).toBe('one');
    // Whoever it is for takes long over this piece: the upstream is not to blame.
    on.wait();
    on.come(latin1('two'));
    expect(Buffer.from((await pieces.next()).value ?? []).toString()).toBe('two');
    const last = pieces.next();
    on.wait();
    await expect(last).rejects.toMatchObject({ code: 'upstream-timeout' });
  });

  it('makes the upstream wait while its reader does not take it', async () => {
    const on = line();
    const asked = on.ask(asking());
    on.come(latin1(`${H}200 OK\r\nContent-Length: 1000000\r\n\r\n`));
    const reply = await asked;
    let taken = 0;
    while (taken < 1_000_000 && on.come(Buffer.alloc(65_536))) taken += 65_536;
    expect(taken).toBeLessThan(400_000);
    const reader = reply.body[Symbol.asyncIterator]();
    while (!on.isWanted()) await reader.next();
    expect(on.come(Buffer.alloc(1000))).toBe(true);
  });
});

describe('bytes that nobody asked for', () => {
  const OK = `${H}200 OK\r\nContent-Length: 2\r\n\r\nok`;

  it('end a connection at rest: the next exchange would take them for its answer', async () => {
    const on = line();
    const asked = on.ask(asking());
    on.come(latin1(OK));
    await asked;
    expect(on.isDestroyed()).toBe(false);
    on.come(latin1(OK));
    expect(on.isDestroyed()).toBe(true);
  });

  it('end the connection of an answer that they follow, which stays whole', async () => {
    for (const more of [OK, '\r\n', '0', '\0']) {
      const on = line();
      const asked = on.ask(asking());
      on.come(latin1(OK + more));
      expect(await read(await asked)).toEqual({ body: 'ok', trailers: [], failure: undefined });
      expect([on.released, on.isDestroyed()]).toEqual([[], true]);
    }
  });

  it('are no answer to a request of which nothing was sent: that one goes to another connection', async () => {
    const on = line();
    const first = on.ask(asking());
    on.come(latin1(OK));
    await first;
    let body: () => void = () => undefined;
    const late = (async function* (): AsyncGenerator<Uint8Array> {
      await new Promise<void>((resolve) => (body = resolve));
      yield* [];
    })();
    const second = on.ask(request({ method: 'POST', length: 0, body: late }));
    await Promise.resolve();
    on.come(latin1(`${H}200 OK\r\nContent-Length: 8\r\n\r\npoisoned`));
    expect(on.isDestroyed()).toBe(true);
    expect(on.opened()).toBe(2);
    body();
    await on.sent(2);
    on.come(latin1(OK));
    expect(await read(await second)).toMatchObject({ body: 'ok' });
  });
});
