/** A YAML file read with care: bounded in size and aliases, and able to say in which line a value stands. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { Path, Problem } from './problem.js';

/** A policy of 500 long rules takes 200 KiB; more than this is not a configuration file. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
/** Enough to share a list of hosts between routes, far from what an alias bomb needs. */
const MAX_ALIASES = 100;
/** What does not parse is mended from the top. */
const ERRORS_MOST = 100;

export interface Place {
  readonly line: number;
  readonly column: number;
}
export interface YamlSource {
  readonly value: unknown;
  /** Where the value at `path` stands, or what comes nearest to it. `key`: the place of its key. */
  placeOf(path: Path, key?: boolean): Place;
}
export type ReadYaml = { readonly ok: true; readonly source: YamlSource } | { readonly ok: false; readonly problems: readonly Problem[] };

const problemAt = (place: Place, problem: string, example: string): Problem => ({ path: '', ...place, problem, example });
const START: Place = { line: 1, column: 1 };

export function readYaml(bytes: Uint8Array): ReadYaml {
  const refuse = (problem: string, example: string): ReadYaml => ({ ok: false, problems: [problemAt(START, problem, example)] });
  if (bytes.length > MAX_CONFIG_BYTES) return refuse('the file is larger than 1 MiB', 'version: 1');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('the file is not UTF-8 text', 'version: 1');
  }
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error', uniqueKeys: false });
  const offsets = [...document.errors.map((error) => ({ at: error.pos[0], problem: sentence(error.code, error.message) })), ...repeatedKeys(document)];
  if (offsets.length > 0) {
    return { ok: false, problems: offsets.slice(0, ERRORS_MOST).map(({ at, problem }) => problemAt(place(at), `not valid YAML: ${problem}`, 'key: value, with two spaces per level')) };
  }
  if (document.contents === null) return refuse('the file is empty', 'version: 1');
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { ok: true, source: { value, placeOf: (path, key = false) => place(offsetOf(document, path, key)) } };
  } catch (thrown) {
    // The only throw of toJS: aliases that multiply, or one without an anchor.
    if (thrown instanceof ReferenceError) return refuse('the aliases (*name) in this file multiply too far, or name nothing; write the values out', 'hosts: [a.example, b.example]');
    throw thrown;
  }
}

/** The parser's own look for them compares each key with every other: a group of many thousand keys takes minutes. */
function repeatedKeys(document: Document): readonly { readonly at: number; readonly problem: string }[] {
  const found: { at: number; problem: string }[] = [];
  visit(document, {
    Map(_key, { items }) {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) found.push({ at: key.range?.[0] ?? 0, problem: 'Map keys must be unique' });
        known.add(key.value);
      }
    },
  });
  return found;
}

function sentence(code: string, message: string): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'it is nested too deeply';
  if (code === 'MULTIPLE_DOCS') return 'there must be one document only, without "---" in between';
  return message.split('\n')[0] ?? code;
}

function offsetOf(document: Document, path: Path, ofKey: boolean): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      const keyAt = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      const value: unknown = pair.value;
      const last = depth === path.length - 1;
      // A scalar is pointed at itself; a group or list by the key that heads it.
      const valueAt = last && !ofKey && isScalar(value) && value.source !== '' && value.source !== undefined ? value.range?.[0] : undefined;
      offset = valueAt ?? keyAt ?? offset;
      node = value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
