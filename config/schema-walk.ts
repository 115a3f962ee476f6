/** Asks the schema which keys may stand in a place of the file, so that an unknown one can be named with a suggestion. */
import type { z } from 'zod';
import type { Path } from './problem.js';

type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];

/** Everything a schema may turn out to be: wrappers taken off, unions spread out. */
function alternatives(schema: Schema): Definition[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault' || def.type === 'nullable') return alternatives(def.innerType);
  if (def.type === 'pipe') return alternatives(def.in);
  if (def.type === 'lazy') return alternatives(def.getter());
  if (def.type === 'union') return def.options.flatMap(alternatives);
  return [def];
}

function children(def: Definition, step: string | number): readonly Schema[] {
  if (def.type === 'record') return [def.valueType];
  if (def.type === 'array') return [def.element];
  const child = def.type === 'object' && typeof step === 'string' ? def.shape[step] : undefined;
  return child === undefined ? [] : [child];
}

function keysOf(def: Definition): readonly string[] {
  if (def.type === 'object') return Object.keys(def.shape);
  if (def.type === 'record') return alternatives(def.keyType).flatMap((key) => (key.type === 'enum' ? Object.values(key.entries).map(String) : []));
  return [];
}

function definitionsAt(schema: Schema, path: Path): readonly Definition[] {
  let here: readonly Schema[] = [schema];
  for (const step of path) here = here.flatMap(alternatives).flatMap((def) => children(def, step));
  return here.flatMap(alternatives);
}

/** Keys that may stand in the group at `path`; empty where any may. */
export function keysAt(schema: Schema, path: Path): readonly string[] {
  return [...new Set(definitionsAt(schema, path).flatMap(keysOf))];
}

/** Words that may stand at `path`, where the schema knows them all. */
export function valuesAt(schema: Schema, path: Path): readonly string[] {
  return [...new Set(definitionsAt(schema, path).flatMap((def) => (def.type === 'literal' ? def.values.map(String) : [])))];
}
