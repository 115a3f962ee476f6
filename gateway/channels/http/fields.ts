/** Header fields as pairs: made from Node's flat list, looked up by name, filtered. */
import type { Field } from '../../ports.js';

export function fieldPairs(raw: readonly string[]): readonly Field[] {
  const pairs: Field[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

/** Every value of a field, in order. `name` is lower case. */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  let values: string[] | undefined;
  for (const field of fields) if (isNamed(field[0], name)) (values ??= []).push(field[1]);
  return values ?? NO_VALUES;
}

const NO_VALUES: readonly string[] = [];

/** Most names differ in length already. */
const isNamed = (written: string, name: string): boolean => written.length === name.length && (written === name || written.toLowerCase() === name);

/** The first value, which for fields that may stand only once is the value. */
export function valueOf(fields: readonly Field[], name: string): string | undefined {
  for (const field of fields) if (isNamed(field[0], name)) return field[1];
  return undefined;
}

/** Members of a comma-separated list field, lower case, without parameters. */
export function tokensOf(fields: readonly Field[], name: string): readonly string[] {
  const values = valuesOf(fields, name);
  if (values.length === 0) return values;
  return values
    .flatMap((value) => value.split(','))
    .map((member) => (member.split(';')[0] ?? '').trim().toLowerCase())
    .filter((member) => member !== '');
}

export function without(fields: readonly Field[], ...names: readonly string[]): readonly Field[] {
  return fields.filter(([written]) => !names.some((name) => isNamed(written, name)));
}

const CLOSED_QUOTE = /"(?:\\.|[^"\\])*"/y;

/** Divides at any of `separators` outside quoted strings. A quote that never closes quotes nothing, and no later one closes either: one look, however many there are. */
export function membersOutsideQuotes(value: string, separators: string): readonly string[] {
  const members: string[] = [];
  let member = '';
  let quotes = true;
  for (let at = 0; at < value.length;) {
    const character = value.charAt(at);
    CLOSED_QUOTE.lastIndex = at;
    const quoted = character === '"' && quotes ? CLOSED_QUOTE.exec(value)?.[0] : undefined;
    if (quoted !== undefined) member += quoted;
    else if (character === '"' || separators.includes(character)) {
      if (character === '"') quotes = false;
      members.push(member);
      member = '';
    } else member += character;
    at += quoted?.length ?? 1;
  }
  return [...members, member].filter((one) => one !== '');
}
