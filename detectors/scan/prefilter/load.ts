/** Loads the compiled prefilter: it lies beside this file in dist/, and in dist/ too for whoever runs the sources. */
import { existsSync, readFileSync } from 'node:fs';

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Compiler {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

// Node has it; the types of neither Node nor ES2023 name it.
const { Module: Compiled, Instance } = (globalThis as unknown as { readonly WebAssembly: Compiler }).WebAssembly;

/** What the compiled module exports; memory.as says what the addresses are. */
export interface Module {
  readonly memory: Memory;
  /** Looks at the text between two addresses; answers with the number of windows. */
  scan(from: number, end: number, mode: number, last: number): number;
  /** The same where another scan speaks for what lies far from any escape; leaves `seen` as it was. */
  scanNear(from: number, end: number, mode: number, last: number): number;
  /** The same where characters take two bytes or four; `from` is a character's first byte. */
  scanPairs(from: number, end: number, mode: number, last: number): number;
  configure(least: number, most: number, maxGap: number, maxIgnored: number): void;
  /** Sets `seen` and does nothing else. */
  survey(from: number, end: number): void;
  /** Where a run of signs begins that may be a string of base64; `end` for nowhere. */
  nextSigns(from: number, end: number, chunk: number, wordless: number): number;
  /** Looks once at a chunk for what nextSigns and holdsBegin tell. */
  sweep(from: number, end: number): void;
  holdsBegin(armour: number): number;
  /** Behind that run. */
  signsEnd(): number;
  followJson(from: number, end: number, state: number, mark: number): number;
  /** Follows the whole lines of a table; where from and to stands at LINES. */
  skipLines(stop: number, delimiter: number, between: number, longest: number): void;
  /** Bits of all that the text held. */
  seen(): number;
  /** Where a candidate may begin that needs more text; 0 when none does. */
  openFrom(): number;
  endless(): number;
  escapes(): number;
  marks(): number;
  /** The address or number of that name in memory.as. */
  address(name: string): number;
}

const HERE = new URL('./prefilter.wasm', import.meta.url);
const BUILT = new URL('../../../dist/detectors/scan/prefilter/prefilter.wasm', import.meta.url);

let compiled: object | undefined;

function compile(): object {
  const file = existsSync(HERE) ? HERE : BUILT;
  if (!existsSync(file)) throw new Error('the prefilter is not built: run `npm run build` once');
  return new Compiled(readFileSync(file));
}

export function instantiate(): Module {
  const { exports } = new Instance((compiled ??= compile()), {});
  const named = exports as Omit<Module, 'address'> & Readonly<Record<string, unknown>>;
  return {
    memory: named.memory,
    scan: named.scan.bind(named),
    scanNear: named.scanNear.bind(named),
    scanPairs: named.scanPairs.bind(named),
    configure: named.configure.bind(named),
    survey: named.survey.bind(named),
    nextSigns: named.nextSigns.bind(named),
    signsEnd: named.signsEnd.bind(named),
    sweep: named.sweep.bind(named),
    holdsBegin: named.holdsBegin.bind(named),
    followJson: named.followJson.bind(named),
    skipLines: named.skipLines.bind(named),
    seen: named.seen.bind(named),
    openFrom: named.openFrom.bind(named),
    endless: named.endless.bind(named),
    escapes: named.escapes.bind(named),
    marks: named.marks.bind(named),
    address(name) {
      const found = named[name] as { readonly value: number } | undefined;
      if (typeof found?.value !== 'number') throw new TypeError(`the prefilter has no ${name}`);
      return found.value;
    },
  };
}
