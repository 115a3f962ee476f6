/** Header fields as pairs: made from Node's flat list, looked up by name, filtered. */
import type { Field } from '../../ports.js';

export function fieldPairs(raw: readonly string[]): readonly Field[] {
  const pairs: Field[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

/** Every value of a field, in order. `name` is lower case. */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter((field) => field[0].toLowerCase() === name).map((field) => field[1]);
}

/** The first value, which for fields that may stand only once is the value. */
export function valueOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find((field) => field[0].toLowerCase() === name)?.[1];
}

/** Members of a comma-separated list field, lower case, without parameters. */
export function tokensOf(fields: readonly Field[], name: string): readonly string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => (member.split(';')[0] ?? '').trim().toLowerCase())
    .filter((member) => member !== '');
}

export function without(fields: readonly Field[], ...names: readonly string[]): readonly Field[] {
  return fields.filter((field) => !names.includes(field[0].toLowerCase()));
}
