/** llhttp in WebAssembly as undici ships it, loaded once: no other file knows where the parser comes from. */
import { createRequire } from 'node:module';

/** What llhttp's bytes are asked for; everything else of its interface stays unused. */
export interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  malloc(size: number): number;
  llhttp_alloc(kind: number): number;
  llhttp_free(parser: number): void;
  llhttp_reset(parser: number): void;
  llhttp_execute(parser: number, at: number, length: number): number;
  llhttp_resume(parser: number): void;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_get_method(parser: number): number;
}
/** What of WebAssembly is used here; its types come with browsers' only. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { readonly env: Readonly<Record<string, (...numbers: number[]) => number>> }) => { readonly exports: unknown };
}
const { Module: Compiled, Instance } = (globalThis as unknown as { readonly WebAssembly: Assembly }).WebAssembly;

const ASKED = ['_initialize', 'malloc', 'llhttp_alloc', 'llhttp_free', 'llhttp_reset', 'llhttp_execute', 'llhttp_resume', 'llhttp_get_error_pos', 'llhttp_get_http_major', 'llhttp_get_http_minor', 'llhttp_get_method'] as const;

/** What it calls back while it executes, with places in its memory. */
export interface Heard {
  onTarget(at: number, length: number): number;
  onName(at: number, length: number): number;
  onValue(at: number, length: number): number;
  onHead(status: number, upgrade: boolean, keepAlive: boolean): number;
  onBody(at: number, length: number): number;
  onEnd(): number;
}

export const OK = 0;
export const PAUSED = 21;
/** As an answer: stop. */
export const USER = 24;
export const KINDS = { request: 1, response: 2 } as const;

/** Bytes that it is given at once: what a socket gives in one read. */
export const INPUT_BYTES = 65_536;

export interface Machine {
  readonly wasm: Llhttp;
  readonly input: number;
  readonly methods: readonly string[];
  readonly errors: readonly string[];
}

let machine: Machine | undefined;

/** Throws where the bytes do not load or are not what is expected of them. */
export function load(running: () => Heard | undefined): Machine {
  if (machine !== undefined) return machine;
  const require = createRequire(import.meta.url);
  const wasm = instance(require, {
    wasm_on_message_begin: () => OK,
    wasm_on_url: (_parser = 0, at = 0, length = 0) => running()?.onTarget(at, length) ?? OK,
    wasm_on_status: (_parser = 0, at = 0, length = 0) => running()?.onTarget(at, length) ?? OK,
    wasm_on_header_field: (_parser = 0, at = 0, length = 0) => running()?.onName(at, length) ?? OK,
    wasm_on_header_value: (_parser = 0, at = 0, length = 0) => running()?.onValue(at, length) ?? OK,
    wasm_on_headers_complete: (_parser = 0, status = 0, upgrade = 0, keepAlive = 0) => running()?.onHead(status, upgrade === 1, keepAlive === 1) ?? PAUSED,
    wasm_on_body: (_parser = 0, at = 0, length = 0) => running()?.onBody(at, length) ?? OK,
    wasm_on_message_complete: () => running()?.onEnd() ?? PAUSED,
  });
  wasm._initialize();
  const { METHODS, ERROR } = require('undici/lib/llhttp/constants.js') as { readonly METHODS: Readonly<Record<string, number>>; readonly ERROR: Readonly<Record<string, number>> };
  const named = (names: Readonly<Record<string, number>>): string[] => {
    const list: string[] = [];
    for (const [name, number] of Object.entries(names)) list[number] = name;
    return list;
  };
  const input = wasm.malloc(INPUT_BYTES);
  if (input === 0) throw new Error('no memory for the parser');
  machine = { wasm, input, methods: named(METHODS), errors: named(ERROR).map((name) => `HPE_${name}`) };
  return machine;
}

function instance(require: NodeJS.Require, env: Readonly<Record<string, (...numbers: number[]) => number>>): Llhttp {
  const exports = new Instance(compiled(require), { env }).exports as Llhttp;
  for (const name of ASKED) if (typeof exports[name] !== 'function') throw new Error(`the parser has no ${name}`);
  return exports;
}

function compiled(require: NodeJS.Require): object {
  try {
    return new Compiled(require('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array);
  } catch {
    // A processor without these instructions: the same parser, a little slower.
    return new Compiled(require('undici/lib/llhttp/llhttp-wasm.js') as Uint8Array);
  }
}
