/** A bare JSON number is masked whole, as 1 and zeros, and only a number that JSON calls bare (HC 8). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { JSON_OUTSIDE, followJson, followJsonIn, isNumberToken, jsonStart } from '../../../gateway/detect/bare-numbers.js';
import { chunked, engine, inspectBody } from '../../kit/engine.js';
import { runs } from '../../laws/runs.js';

const factory = engine();
const masked = (text: string, type = 'application/json', sizes: readonly number[] = [text.length]): string =>
  inspectBody(type, chunked(Buffer.from(text), sizes), () => true, factory).output.toString();

describe('a bare number', () => {
  it.each([
    ['as a value', '{"p":13800138000}', '{"p":10000000000}'],
    ['in an array', '[13800138000,13912345678]', '[10000000000,10000000000]'],
    ['nested', '{"a":[{"b":{"c":13800138000}}]}', '{"a":[{"b":{"c":10000000000}}]}'],
    ['behind escapes', '{"a\\"\\\\":"\\u0022\\\\","p":13800138000}', '{"a\\"\\\\":"\\u0022\\\\","p":10000000000}'],
    ['below zero', '{"phone":-13800138000}', '{"phone":-10000000000}'],
    ['in two lines of JSON', '{"p":13800138000}\n{"p":13912345678}\n', '{"p":10000000000}\n{"p":10000000000}\n'],
    ['as a whole document', '13800138000', '10000000000'],
    ['behind a byte order mark', '\ufeff{"p":13800138000}', '\ufeff{"p":10000000000}'],
    ['with a decimal point inside', '{"银行卡号":6222021234.567890128}', '{"银行卡号":1000000000.000000000}'],
    ['as a card', '{"n":6222021234567890128}', '{"n":1000000000000000000}'],
    ['with true, false and null around it', '[true,false,null,13800138000]', '[true,false,null,10000000000]'],
  ])('%s is masked whole, in any cut', (_name, text, expected) => {
    for (const sizes of [[text.length * 4], [1], [3, 5]]) expect(masked(text, 'application/json', sizes)).toBe(expected);
  });

  it.each([
    ['in a string', '{"p":"13800138000"}', '{"p":"138****8000"}'],
    ['in a key', '{"13800138000":1}', '{"138****8000":1}'],
    ['in a string behind an escaped quote', '{"p":"\\"13800138000"}', '{"p":"\\"138****8000"}'],
    ['in what is no JSON after all', '{p:13800138000}', '{p:138****8000}'],
    ['behind JSON, in prose', '[] call 13800138000', '[] call 138****8000'],
    ['in full width', '{"p":１３８００１３８０００}', '{"p":１３８＊＊＊＊８０００}'],
    ['parted by blanks', '[138 0013 8000]', '[138 **** 8000]'],
  ])('%s is masked as text', (_name, text, expected) => {
    for (const sizes of [[text.length * 4], [1]]) expect(masked(text, 'application/json', sizes)).toBe(expected);
  });

  it('is one in text that begins like JSON, and in no other text', () => {
    expect(masked('{"p":13800138000}', 'text/plain')).toBe('{"p":10000000000}');
    expect(masked('"p":13800138000', 'text/plain')).toBe('"p":138****8000');
  });

  it('with an exponent stays valid JSON', () => {
    for (const text of ['{"手机":13800138000e1}', '{"手机":1.3800138000E+10}', '[13800138000.5]']) JSON.parse(masked(text));
  });

  it('is not found again once masked', () => {
    expect(inspectBody('application/json', [Buffer.from('{"p":10000000000}')], () => true, factory).findings).toEqual([]);
  });
});

describe('following JSON', () => {
  it('knows after every byte where it stands, in any steps', () => {
    const text = Buffer.from('[{"a\\"":1},-2.5e+3,"\\\\",x');
    const states = (step: number): string[] => {
      const out: string[] = [];
      let position = jsonStart(100);
      for (let at = 0; at < text.length; at += step) {
        position = followJson(position, text, 100, 100 + Math.min(text.length, at + step));
        out.push(position.state);
      }
      return out;
    };
    const one = states(1);
    expect(one.slice(0, 8)).toEqual(['outside', 'outside', 'string', 'string', 'escape', 'string', 'outside', 'outside']);
    expect(one.at(-1)).toBe('not-json');
    expect(states(text.length)).toEqual(['not-json']);
    expect(states(5)).toEqual(one.filter((_, at) => at % 5 === 4 || at === text.length - 1));
  });

  it('takes digits and a point for a number token, and nothing else', () => {
    expect(['12', '1.5', '1 2', '１', '1-2', '1X'].map((one) => isNumberToken(Buffer.from(one), 0, Buffer.byteLength(one)))).toEqual([true, true, false, false, false, false]);
  });
});

describe('a chunk that the prefilter holds', () => {
  it('is followed as its bytes are, from every state to every place', () => {
    const pieces = fc.array(fc.constantFrom('"', '\\', '\\"', '\\\\', '{', '"a long name in a string":', '"a:\\\\n\\u4e2d"', '12', ' ', ',', 'true', 'x', 'é', '\ufeff', '"短"'), { maxLength: 60 });
    const filter = prefilter();
    filter.setJsonOutside(JSON_OUTSIDE);
    fc.assert(
      fc.property(pieces, fc.nat(150), fc.nat(300), fc.constantFrom('outside', 'string', 'escape', 'not-json'), (texts, skipped, length, state) => {
        const bytes = Buffer.from(texts.join(''));
        filter.load(bytes);
        const from = { at: 1000 + Math.min(skipped, bytes.length), mark: 1003, state } as const;
        const until = from.at + length;
        expect(followJsonIn(filter, from, 1000, until)).toEqual(followJson(from, bytes, 1000, until));
      }),
      runs(2000),
    );
  });
});
