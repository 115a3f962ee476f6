/** Containers in the pipeline: opened after the last byte and before the verdict, written anew where they are masked, and never let out by what went wrong. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterWork } from '../../gateway/act/after-work.js';
import { replay } from '../../gateway/body/replay.js';
import type { Action, ChildPart, ChildSink, Ended, Evidence, Finding, Mode, OpenedPart, PartOpener, PartSource } from '../../gateway/ports.js';
import { chunked, engine } from '../kit/engine.js';
import { sizes } from '../laws/bodies.js';
import { runs } from '../laws/runs.js';
import { exchangeOf, run, stand, type Given, type Sent, type Stand, type Wish } from './pipeline-kit.js';

/** Made once: its tables take a moment. */
const inspectors = engine();
const NUMBER = '13800138000';
const HIDDEN = '<hidden by the container>';
const PACKED = 'PK\u0003\u0004';

/** Opens what begins like a zip and holds plain text; words in the text say what goes wrong. */
function fakeOpener(): PartOpener & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    async open(child: ChildPart, source: PartSource, sink: ChildSink): Promise<OpenedPart> {
      const text = Buffer.from(await source.read(0, source.size)).toString('latin1');
      seen.push(text);
      if (text.includes('THROW')) throw new Error(NUMBER);
      if (text.includes('HANG')) await new Promise(() => undefined);
      if (text.includes('ENCRYPTED')) sink.unscannable({ part: child.part, reason: 'encrypted', bytes: source.size, detail: 'zip' });
      if (text.includes('LOCKED')) {
        sink.unscannable({ part: `${child.part}/9`, reason: 'encrypted', bytes: 5, detail: 'member' });
        sink.line({ part: `${child.part}/9`, chain: ['zip'], scanned: 0, unscanned: 5, reason: 'encrypted' });
      }
      sink.line({ part: `${child.part}/0.txt`, chain: ['text'], scanned: source.size - PACKED.length, unscanned: 0 });
      const maskable = !text.includes('FIXED');
      for (let at = text.indexOf(NUMBER); at >= 0; at = text.indexOf(NUMBER, at + 1)) sink.found(finding(`${child.part}/0.txt`, at, maskable));
      const bytes = Buffer.from(text.includes('STILL') ? text : text.replaceAll(NUMBER, HIDDEN), 'latin1');
      return {
        ...(maskable
          ? {
              rewrite: (wanted) => {
                if (text.includes('BROKEN')) throw new Error(NUMBER);
                return Promise.resolve(text.includes(NUMBER) && wanted(finding(`${child.part}/0.txt`, 0, true)) ? given([bytes.subarray(0, 5), bytes.subarray(5)]) : undefined);
              },
            }
          : {}),
        close: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
}
function finding(part: string, start: number, maskable: boolean): Finding {
  return { detector: 'cn.phone', part, start, end: start + NUMBER.length, confidence: 0.9, reasons: [], fingerprint: 'f', preview: '138****8000', tags: [], maskable };
}
async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Uint8Array.from(chunk));
}
const form = (...files: readonly string[]): string =>
  `${files.map((file, i) => `--b\r\nContent-Disposition: form-data; name="f${i}"; filename="a.zip"\r\n\r\n${file}\r\n`).join('')}--b--\r\n`;
const FORM = 'multipart/form-data; boundary=b';

interface Done {
  readonly on: Stand;
  readonly ended: Ended<Sent>;
  readonly body: string | undefined;
  readonly seen: readonly string[];
}
async function through(wish: Wish, what: Given, opener = fakeOpener()): Promise<Done> {
  const on = stand(wish, { opener, openingMs: 20, inspectors });
  const source = exchangeOf(what);
  const ended = await run(on, source);
  ended.close(200);
  return { on, ended, seen: opener.seen, body: ended.kind === 'forwarded' ? ended.sent.body : undefined };
}
const masks = (found: Finding): boolean => found.maskable;
/** What a rule `mask, otherwise hold` does. */
const maskElseHold = (evidence: Evidence): Action => {
  if (evidence.unscannable.length > 0 || evidence.classes.some(({ maskable }) => !maskable)) return 'hold';
  return evidence.classes.length > 0 ? 'mask' : 'pass';
};

describe('a held body', () => {
  it('passes as it came when nothing is in it, and is counted as scanned', async () => {
    const { on, body, seen } = await through({ mode: 'hold', action: maskElseHold }, { chunks: [PACKED, 'hello'], type: 'application/zip' });
    expect([body, seen]).toEqual([`${PACKED}hello`, [`${PACKED}hello`]]);
    expect(on.outcomes[0]?.receipt).toMatchObject({ size: 9, scanned: 9, unscanned: 0, inside: { scanned: 5, unscanned: 0 } });
    expect([on.open(), on.audit]).toEqual([0, []]);
  });

  it('leaves with its parts written anew, of another length, and everything beside them as it was', async () => {
    const wire = form(`${PACKED}a ${NUMBER} b`, 'plain', `${PACKED}none`, `text ${NUMBER}`);
    const { on, ended, body } = await through({ mode: 'hold', action: maskElseHold, masks }, { chunks: [wire], type: FORM, length: 'right' });
    expect(body).toBe(form(`${PACKED}a ${HIDDEN} b`, 'plain', `${PACKED}none`, 'text 138****8000'));
    if (ended.kind !== 'forwarded') throw new TypeError(ended.kind);
    expect([ended.sent.outbound.change, ended.sent.outbound.length]).toEqual(['recoded', body?.length]);
    expect(on.open()).toBe(0);
  });

  it('is the same however it is cut', async () => {
    const wire = Buffer.from(form(`${PACKED}a ${NUMBER} b`, `${NUMBER} plain`, `${PACKED}${NUMBER}`));
    const whole = form(`${PACKED}a ${HIDDEN} b`, '138****8000 plain', `${PACKED}${HIDDEN}`);
    await fc.assert(
      fc.asyncProperty(sizes, async (cut) => {
        const { body } = await through({ mode: 'hold', action: maskElseHold, masks }, { chunks: chunked(wire, cut).map((one) => Buffer.from(one).toString()), type: FORM });
        expect(body).toBe(whole);
      }),
      runs(25),
    );
  });

  it.each([['base64', 76, '\r\n'], ['base64', 60, '\r\n'], ['quoted-printable', 76, '\r\n']] as const)('wraps such a part in %s again, in lines of %d', async (coding, length, eol) => {
    const inner = `${PACKED}${'some text that goes before. '.repeat(9)}${NUMBER} b`;
    const encoded = (bytes: string): string =>
      coding === 'base64' ? Buffer.from(bytes, 'latin1').toString('base64').replace(new RegExp(`.{${length}}(?=.)`, 'g'), `$&${eol}`) : Array.from(bytes, (one) => `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`).join('').replace(/.{72}(?=.)/g, `$&=${eol}`);
    const mail = (part: string): string => `--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: ${coding}\r\n\r\n${part}\r\n--b\r\n\r\nrest ${NUMBER}\r\n--b--\r\n`;
    const { on, body = '' } = await through({ mode: 'hold', action: maskElseHold, masks }, { chunks: chunked(Buffer.from(mail(encoded(inner))), [700]).map((one) => Buffer.from(one).toString()), type: 'multipart/mixed; boundary=b' });
    expect(on.open()).toBe(0);
    const part = /\r\n\r\n([^]*?)\r\n--b\r\n/.exec(body)?.[1] ?? '';
    const decoded = coding === 'base64' ? Buffer.from(part, 'base64').toString('latin1') : part.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    expect(decoded).toBe(inner.replace(NUMBER, HIDDEN));
    if (coding === 'base64') expect(part.split(eol).slice(0, -1).every((line) => line.length === length)).toBe(true);
    expect(body.replace(part, '')).toBe(mail('').replace(NUMBER, '138****8000'));
  });

  it('keeps its length where only what stands beside the parts is masked', async () => {
    const { ended, body } = await through({ mode: 'hold', action: 'mask', masks: ({ part }) => !part.includes('txt') }, { chunks: [form(`${PACKED}${NUMBER}`, NUMBER)], type: FORM });
    expect(body).toBe(form(`${PACKED}${NUMBER}`, '138****8000'));
    expect(ended.kind === 'forwarded' && ended.sent.outbound.change).toBe('same-length');
  });

  it.each([
    ['that cannot be written anew', `FIXED ${NUMBER}`],
    ['whose writing fails', `BROKEN ${NUMBER}`],
  ])('takes what the rule says otherwise for a part %s', async (_name, text) => {
    const { on, ended } = await through({ mode: 'hold', action: maskElseHold, masks }, { chunks: [`${PACKED}${text}`] });
    expect([ended.kind, on.outcomes[0]?.action, on.open()]).toEqual(['held', 'hold', 0]);
    expect(on.sealed[0]?.head).toMatchObject({ version: 1, maskable: false });
    expect(JSON.stringify([on.audit, on.outcomes, on.events, on.held])).not.toContain(NUMBER);
  });

  it('does not leave when the rules would let go what could not be written anew, nor when it still shows what was to be masked', async () => {
    for (const text of [`BROKEN ${NUMBER}`, `STILL ${NUMBER}`]) {
      const { on, ended } = await through({ mode: 'hold', action: 'mask', masks }, { chunks: [`${PACKED}${text}`] });
      expect(ended.kind === 'failed' && ended.error.code).toBe('mask-failed');
      expect([on.events.filter((event) => event.startsWith('sent')), on.open()]).toEqual([[], 0]);
    }
  });

  it('is not offered for a masked release when its masked form still shows what was found', async () => {
    const { on, ended } = await through({ mode: 'hold', action: 'hold', masks }, { chunks: [`${PACKED}STILL ${NUMBER}`] });
    expect([ended.kind, on.sealed[0]?.head.maskable, on.open()]).toEqual(['held', false, 0]);
  });

  it.each([
    ['encrypted', 'ENCRYPTED', 'encrypted'],
    ['opened too slowly', 'HANG', 'timeout'],
    ['not opened', 'THROW', 'failed'],
  ])('of which a part is %s says so to the rules', async (_name, text, reason) => {
    const { on, ended } = await through({ mode: 'hold', action: maskElseHold }, { chunks: [form('plain', `${PACKED}${text}`)], type: FORM });
    expect([ended.kind, on.open()]).toEqual(['held', 0]);
    expect(on.held[0]?.unscannable).toMatchObject([{ part: 'body/2.zip', reason }]);
    const { receipt } = on.outcomes[0] ?? {};
    expect((receipt?.scanned ?? 0) + (receipt?.unscanned ?? 0)).toBe(form('plain', `${PACKED}${text}`).length);
    expect(receipt?.unscanned).toBe(PACKED.length + text.length);
  });

  it('that hides an unread part inside an opened one is on record when it passes', async () => {
    const { on, body } = await through({ mode: 'hold', action: 'pass' }, { chunks: [`${PACKED}LOCKED`] });
    expect(body).toBe(`${PACKED}LOCKED`);
    expect(on.outcomes[0]?.receipt).toMatchObject({ unscanned: 0, inside: { unscanned: 5 } });
    expect(on.audit.map(({ act }) => act)).toEqual(['verdict.pass']);
  });

  it('is sealed with a log that makes its masked form out of nothing else', async () => {
    const wire = form(`${PACKED}a ${NUMBER} b`, NUMBER);
    const masked = form(`${PACKED}a ${HIDDEN} b`, '138****8000');
    const { on, ended } = await through({ mode: 'hold', action: 'hold', masks }, { chunks: [wire], type: FORM });
    expect([ended.kind, on.open()]).toEqual(['held', 0]);
    const [sealed] = on.sealed;
    expect(sealed?.head).toMatchObject({ version: 2, bodyLength: wire.length, maskedLength: masked.length });
    expect(sealed?.head.maskable).toBeUndefined();
    const out: Uint8Array[] = [];
    for await (const chunk of replay(given([Buffer.from(sealed?.body ?? '')]), given([sealed?.log ?? Buffer.alloc(0)]), () => true)) out.push(chunk);
    expect(Buffer.concat(out).toString()).toBe(masked);
  });

  it('gives everything back when its sender leaves or its parts do not fit', async () => {
    const { on, ended } = await through({ mode: 'hold', action: 'pass' }, { chunks: [PACKED, 'x'.repeat(9000)], failure: new Error('gone') });
    expect([ended.kind, on.open()]).toEqual(['failed', 0]);
  });
});

describe('a stream', () => {
  it('says of a container at once that it is unsupported', async () => {
    const { on, ended, seen } = await through({ mode: 'stream', action: 'pass' }, { chunks: [form('plain', `${PACKED}x`)], type: FORM });
    expect([ended.kind, on.outcomes[0]?.error, seen]).toEqual(['failed', 'unscannable', []]);
    expect(on.open()).toBe(0);
  });
});

describe('a watched body', () => {
  const wish: Wish = { mode: 'watch' satisfies Mode, action: 'pass' };
  it('leaves at once, and what its parts held is in the books afterwards', async () => {
    const wire = form(`${PACKED}${NUMBER} LOCKED`);
    const on = stand(wish, { opener: fakeOpener(), inspectors });
    const ended = await run(on, exchangeOf({ chunks: [wire], type: FORM, length: 'right' }));
    if (ended.kind !== 'forwarded') throw new TypeError(ended.kind);
    expect([ended.sent.body, ended.sent.complete]).toEqual([wire, true]);
    ended.close(200);
    await new Promise<void>((resolve) => {
      const look = (): void => (on.outcomes.length > 0 ? resolve() : void setImmediate(look));
      look();
    });
    expect(on.outcomes[0]).toMatchObject({ action: 'pass', findingCounts: { 'cn.phone': 1 }, receipt: { size: wire.length, scanned: wire.length, inside: { unscanned: 5 } } });
    expect(on.audit.map(({ act }) => act)).toEqual(['verdict.pass']);
    expect(on.events.indexOf('complete')).toBeLessThan(on.events.indexOf('audit verdict.pass'));
    expect(on.open()).toBe(0);
  });

  it('is on record when the process ends, though a part of it is still being opened', async () => {
    const later = afterWork();
    const on = stand(wish, { opener: fakeOpener(), inspectors, later });
    const ended = await run(on, exchangeOf({ chunks: [form(`${PACKED}${NUMBER} HANG`)], type: FORM }));
    ended.close(200);
    expect(on.outcomes).toEqual([]);
    await later.settle(5);
    expect(on.outcomes[0]).toMatchObject({ action: 'pass', receipt: { unscanned: 20, parts: expect.arrayContaining([expect.objectContaining({ part: 'body/1.zip', reason: 'timeout' })]) } });
    expect(on.audit.map(({ act }) => act)).toEqual(['verdict.pass']);
    expect(on.open()).toBe(0);
  });

  it('is not held up by a part that never opens', async () => {
    const on = stand(wish, { opener: fakeOpener(), openingMs: 5, inspectors });
    const ended = await run(on, exchangeOf({ chunks: [`${PACKED}HANG`] }));
    expect(ended.kind === 'forwarded' && ended.sent.complete).toBe(true);
  });
});
