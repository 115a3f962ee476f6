/** `npm run new:detector -- --id acme.customer --kind number`: writes a detector that works, with its test, for its author to change. Nothing is ever overwritten. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { TEMPLATES } from './templates.mjs';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** At least two parts, so that the names made of it never are words of the language; what a configuration takes as an id. */
const ID = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)+$/;
const LONGEST_ID = 64;
const USAGE = 'npm run new:detector -- --id acme.customer --kind number|pattern';

/** What is wrong with how it was called, in a sentence. */
class WrongUse extends Error {
  name = 'WrongUse';
}

/** `acme.customer` lives in acme-customer.ts as acmeCustomer. */
export function namesOf(id) {
  if (id === undefined) throw new WrongUse(`--id is missing. ${USAGE}`);
  if (!ID.test(id) || id.length > LONGEST_ID) {
    throw new WrongUse(`--id "${id}" is no detector id: two or more parts of lower-case letters and digits, joined by "." or "-", ${LONGEST_ID} characters at most, for example acme.customer.`);
  }
  const parts = id.split(/[.-]/);
  return { id, file: parts.join('-'), name: parts[0] + parts.slice(1).map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('') };
}

/** Writes both files below `root` and answers with what there is to do next. */
export function newDetector({ id, kind, root }) {
  const names = namesOf(id);
  const template = Object.hasOwn(TEMPLATES, kind ?? '') ? TEMPLATES[kind] : undefined;
  if (template === undefined) throw new WrongUse(`--kind ${kind === undefined ? 'is missing' : `"${kind}" is unknown`}: number (runs of digits) or pattern (any text). ${USAGE}`);
  if (!existsSync(root) || !statSync(root).isDirectory()) throw new WrongUse(`--into ${root} is no folder.`);
  const files = [
    [join(root, 'detectors', `${names.file}.ts`), template.detector(names)],
    [join(root, 'test', 'detectors', `${names.file}.test.ts`), template.test(names)],
  ];
  for (const [path] of files) {
    if (existsSync(path)) throw new WrongUse(`${relative(root, path)} exists already; choose another id, or change that file.`);
  }
  for (const [path, content] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { flag: 'wx' });
  }
  const [detector, test] = files.map(([path]) => relative(root, path));
  return [
    `Wrote ${detector} and ${test}: they work as they are. Now`,
    `  1. change the sample in ${detector} to your own kind of number: title, cases, what is looked at;`,
    `  2. put it in force in detectors/registry.ts: add ${names.name} to builtInDetectors, and above it`,
    `       import { ${names.name} } from './${names.file}.js';`,
    '  3. npm run check',
  ].join('\n');
}

function main() {
  try {
    let values;
    try {
      ({ values } = parseArgs({ options: { id: { type: 'string' }, kind: { type: 'string' }, into: { type: 'string' } } }));
    } catch (thrown) {
      throw new WrongUse(`${thrown.message.split('. ')[0]}. ${USAGE}`);
    }
    console.log(newDetector({ id: values.id, kind: values.kind, root: resolve(values.into ?? PROJECT) }));
  } catch (thrown) {
    console.error(thrown instanceof WrongUse ? thrown.message : thrown);
    process.exitCode = thrown instanceof WrongUse ? 2 : 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
