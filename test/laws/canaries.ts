/** Numbers that must be seen nowhere, in every form in which they might be written, and the search for them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberSource } from '../kit/numbers.js';

export interface Canary {
  /** The path it was sent on, for the message of a failed test. */
  readonly name: string;
  readonly value: string;
}

export interface Canaries {
  readonly id: (name: string) => string;
  readonly card: (name: string) => string;
  readonly phone: (name: string) => string;
  readonly all: readonly Canary[];
}

/** Each call makes a number that no other call makes. */
export function canaries(seed: number): Canaries {
  const source = numberSource(seed);
  const all: Canary[] = [];
  const fresh = (name: string, make: () => string): string => {
    for (;;) {
      const value = make();
      if (all.some((one) => one.value === value)) continue;
      all.push({ name, value });
      return value;
    }
  };
  return {
    id: (name) => fresh(name, () => source.residentId()),
    card: (name) => fresh(name, () => source.bankCard()),
    phone: (name) => fresh(name, () => source.phone()),
    all,
  };
}

const wide = (text: string): string => text.replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
export const each = (text: string, write: (code: number) => string): string => Array.from(text, (sign) => write(sign.charCodeAt(0))).join('');
export const hex = (code: number): string => code.toString(16).padStart(2, '0');
const groups = (text: string, sizes: readonly number[], separator: string): string => {
  const out: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)] ?? 4;
    out.push(text.slice(at, at + size));
    at += size;
  }
  return out.join(separator);
};

/** The base64 characters that depend on these bytes alone, for each of the three places a text can begin at in a quartet. */
export function base64Cores(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const from = shift === 0 ? 0 : 4;
    const whole = Math.floor((shift + bytes.length) / 3) * 4;
    return text.slice(from, whole);
  });
}

export interface Form {
  readonly way: string;
  readonly bytes: Buffer;
}

/** As it stands, and in every disguise that a log, a table, a page or a library could put it into. */
export function formsOf(value: string): readonly Form[] {
  const shape = value.length === 11 ? [3, 4] : value.length === 18 ? [6, 8, 4] : [4];
  const texts: [string, string][] = [
    ['plain', value],
    ['full-width', wide(value)],
    ['percent', each(value, (code) => `%${hex(code)}`)],
    ['full-width percent', each(wide(value), (code) => encodeURIComponent(String.fromCharCode(code)))],
    ['full-width percent, lower case', each(wide(value), (code) => encodeURIComponent(String.fromCharCode(code)).toLowerCase())],
    ['hex', each(value, hex)],
    ['JSON escapes', each(value, (code) => `\\u00${hex(code)}`)],
    ['entities', each(value, (code) => `&#${String(code)};`)],
    ['groups of four, spaces', groups(value, [4], ' ')],
    ['groups of four, hyphens', groups(value, [4], '-')],
    ['usual groups, spaces', groups(value, shape, ' ')],
    ['usual groups, hyphens', groups(value, shape, '-')],
    // Previews and masks keep less than this at either end.
    ['all but its ends', value.slice(1, -1)],
    ['first half and more', value.slice(0, 9)],
    ['middle', value.slice(1, 10)],
    ['last half and more', value.slice(-9)],
  ];
  const forms = texts.map(([way, text]) => ({ way, bytes: Buffer.from(text) }));
  const wideUnits = Buffer.from(value, 'utf16le');
  forms.push({ way: 'UTF-16LE', bytes: wideUnits }, { way: 'UTF-16BE', bytes: Buffer.from(wideUnits).swap16() });
  base64Cores(Buffer.from(value)).forEach((text, shift) => forms.push({ way: `base64 +${String(shift)}`, bytes: Buffer.from(text) }));
  base64Cores(Buffer.from(wide(value))).forEach((text, shift) => forms.push({ way: `full-width base64 +${String(shift)}`, bytes: Buffer.from(text) }));
  return forms;
}

/** A place where nothing may be found. */
export interface Sink {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Aho and Corasick's machine as one table: all needles in a single pass, since a data folder is large and disguises are many. */
function machine(needles: readonly Buffer[]): { readonly next: Int32Array; readonly ends: Int32Array } {
  const size = 1 + needles.reduce((sum, needle) => sum + needle.length, 0);
  const next = new Int32Array(size * 256).fill(-1);
  const ends = new Int32Array(size).fill(-1);
  let states = 1;
  needles.forEach((needle, index) => {
    let state = 0;
    for (const byte of needle) {
      if (next[state * 256 + byte] === -1) next[state * 256 + byte] = states++;
      state = next[state * 256 + byte] ?? 0;
    }
    ends[state] = index;
  });
  const fallback = new Int32Array(size);
  const queue: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const child = next[byte] ?? -1;
    if (child === -1) next[byte] = 0;
    else queue.push(child);
  }
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const back = fallback[state] ?? 0;
    if (ends[state] === -1) ends[state] = ends[back] ?? -1;
    for (let byte = 0; byte < 256; byte++) {
      const child = next[state * 256 + byte] ?? -1;
      const other = next[back * 256 + byte] ?? 0;
      if (child === -1) next[state * 256 + byte] = other;
      else {
        fallback[child] = other;
        queue.push(child);
      }
    }
  }
  return { next, ends };
}

/** `canary (form) in sink`, for every one found. */
export function leaks(all: readonly Canary[], sinks: readonly Sink[]): readonly string[] {
  const needles = all.flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, ...form })));
  const { next, ends } = machine(needles.map(({ bytes }) => bytes));
  const found = new Set<string>();
  for (const { name, bytes } of sinks) {
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[state * 256 + (bytes[at] ?? 0)] ?? 0;
      const end = ends[state] ?? -1;
      const needle = end < 0 ? undefined : needles[end];
      if (needle === undefined) continue;
      const before = bytes.subarray(Math.max(0, at - needle.bytes.length - 60), at - needle.bytes.length + 1).toString('latin1').replace(/[^\x20-\x7e]/g, '.');
      found.add(`${needle.name} (${needle.way}) in ${name} after "${before}"`);
    }
  }
  return [...found];
}

/** Every file below a folder, its path included; of what a running program takes away meanwhile, the path alone. */
export function filesBelow(folder: string, label: string): Sink[] {
  const sinks: Sink[] = [];
  const ifThere = <T>(read: () => readonly T[]): readonly T[] => {
    try {
      return read();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
  const walk = (path: string, name: string): void => {
    for (const entry of ifThere(() => readdirSync(path, { withFileTypes: true }))) {
      const inside = join(path, entry.name);
      sinks.push({ name: `${name} (names)`, bytes: Buffer.from(entry.name) });
      if (entry.isDirectory()) walk(inside, `${name}/${entry.name}`);
      else if (entry.isFile()) sinks.push(...ifThere(() => [{ name: `${name}/${entry.name}`, bytes: readFileSync(inside) }]));
    }
  };
  walk(folder, label);
  return sinks;
}
