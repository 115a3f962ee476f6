/** Who is measured: Weir's engine as the gateway runs it, npm re2 on Buffers, and JavaScript's own RegExp, on the same chunks. */
import { join } from 'node:path';
import RE2 from 're2';
import type { PatternDefinition } from '../../../detectors/pattern.js';

/** A pass over one text in chunks. */
interface Pass {
  chunk(bytes: Uint8Array): void;
  /** How much was found. */
  end(): number;
}
export interface Contender {
  readonly id: string;
  /** `undefined` when it cannot read what is declared. */
  begin(contentType: string, first: Uint8Array): Pass | undefined;
}

const ID = '[1-9]\\d{5}(?:18|19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]';
const CARD = '\\d(?:[ -]?\\d){12,18}';
const PHONE = '(?:(?:\\+|00)?86[ -]?)?1[3-9]\\d(?:[ -]?\\d{4}){2}';
const EITHER = `${ID}|${CARD}|${PHONE}`;
/** What people write who guard the three kinds of number with one expression. RE2 and ripgrep know no lookaround: a word's edge instead. */
export const ALTERNATION = `\\b(?:${EITHER})\\b`;
const LOOKAROUND = `(?<!\\d)(?:${EITHER})(?!\\d)`;

const KEY = Buffer.from('key of the bench');

/** What is used of the compiled gateway. */
type Engine = typeof import('../../../gateway/engine.js');

/** The engine compiled into the folder `dist` with the built-in detectors, and `patterns` beside them; every finding is masked. */
export async function weir(dist: string, id = 'weir', patterns: readonly PatternDefinition[] = []): Promise<Contender> {
  const { engine } = (await import(join(dist, 'gateway', 'engine.js'))) as Engine;
  const factory = engine({ disable: [], keep: {}, patterns }, KEY, (thrown) => {
    throw thrown;
  }).inspectors();
  const masks = (): boolean => true;
  return {
    id,
    begin: (contentType, first) => {
      const head = { contentType, contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [], texts: [] };
      const prefix = first.subarray(0, factory.prefixLength);
      if (factory.sniff(head, prefix).unscannable.length > 0) return undefined;
      const inspector = factory.inspect(head, prefix, masks);
      return {
        chunk: (bytes) => void inspector.write(bytes),
        end: () => {
          inspector.end(true);
          return inspector.evidence().classes.reduce((sum, { count }) => sum + count, 0);
        },
      };
    },
  };
}

export function re2(): Contender {
  const pattern = new RE2(ALTERNATION, 'g');
  return {
    id: 're2',
    begin: () => {
      let found = 0;
      return {
        chunk: (bytes) => {
          pattern.lastIndex = 0;
          while (pattern.exec(bytes as Buffer) !== null) found++;
        },
        end: () => found,
      };
    },
  };
}

/** One string a chunk, each byte a character: the cheapest way from bytes to a RegExp. */
export function regExp(): Contender {
  const pattern = new RegExp(LOOKAROUND, 'g');
  return {
    id: 'regexp',
    begin: () => {
      let found = 0;
      return {
        chunk: (bytes) => {
          const text = (bytes as Buffer).toString('latin1');
          pattern.lastIndex = 0;
          while (pattern.exec(text) !== null) found++;
        },
        end: () => found,
      };
    },
  };
}

/** One pass of all patterns over text that is UTF-8 already: what it costs to know whether any of them is there. */
export function re2Set(patterns: readonly PatternDefinition[]): Contender {
  const set = new RE2.Set(patterns.map(({ pattern }) => pattern));
  return {
    id: 're2-set',
    begin: () => {
      let found = 0;
      return {
        chunk: (bytes) => {
          found += set.match(bytes as Buffer).length;
        },
        end: () => found,
      };
    },
  };
}
