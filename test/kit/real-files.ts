/**
 * Real files by real programs: LibreOffice converts, Python's libraries write, archivers pack. Made once per machine and recipe, and
 * kept in the system's temp folder under a name made from the recipe, so that every test file shares them.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PATIENCE_MS } from './patience.js';

const run = promisify(execFile);
/** Part of every name in the cache: raise it when the same recipe gives another file. */
const VERSION = 1;
/** Debian's own, which has Debian's python-docx and openpyxl; another Python may stand before it in the path. */
const PYTHON = '/usr/bin/python3';

/** How LibreOffice is to read a kind of source whose meaning it would guess. */
const READ_AS: ReadonlyMap<string, string> = new Map([['html', 'HTML (StarWriter)'], ['csv', 'CSV:44,34,76'], ['txt', 'Text (encoded):UTF8']]);

/** How one file comes to be. */
export type Recipe =
  /** LibreOffice reads `text` as a file of kind `from` (html, csv, fodt, fods, fodp, txt) or `bytes` of that kind, and saves it as `to`. */
  | { readonly by: 'soffice'; readonly from: string; readonly text: string | Uint8Array; readonly to: string }
  /** Python runs `script`; `sys.argv[1]` is the file to write, `sys.argv[2]` and on are `args`. */
  | { readonly by: 'python'; readonly script: string; readonly args: readonly string[]; readonly to: string }
  /** A command in a folder of its own that holds `files` (names may have folders); it leaves the file `out` behind. */
  | { readonly by: 'command'; readonly files: Readonly<Record<string, string | Uint8Array>>; readonly run: readonly string[]; readonly out: string };

/** `text` in a kind that LibreOffice reads, saved as another: `converted('html', '<p>…</p>', 'docx')`. */
export function converted(from: string, text: string | Uint8Array, to: string): Recipe {
  return { by: 'soffice', from, text, to };
}

/** A file that a Python script writes. */
export function written(to: string, script: string, ...args: readonly string[]): Recipe {
  return { by: 'python', script, args, to };
}

/** What a command makes of `files`: `packed({ 'a.txt': … }, ['zip', '-q', 'a.zip', 'a.txt'], 'a.zip')`. */
export function packed(files: Readonly<Record<string, string | Uint8Array>>, command: readonly string[], out: string): Recipe {
  return { by: 'command', files, run: command, out };
}

function extensionOf(recipe: Recipe): string {
  return (recipe.by === 'command' ? recipe.out : recipe.to).replace(/^.*\./, '');
}

function digestOf(recipe: Recipe): string {
  const plain = JSON.stringify(recipe, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value));
  return createHash('sha256').update(`${VERSION}\0${plain}`).digest('hex').slice(0, 32);
}

/** Belongs to this user alone: in a shared temp folder somebody else could have laid files there. */
function cacheFolder(): string {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `weir-real-files-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== uid) throw new Error(`${folder} belongs to somebody else`);
  return folder;
}

/** Runs the program in a folder of its own and moves what it made into its place at once: another test process may do the same. */
async function inWorkFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(cacheFolder(), 'work-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lay(folder: string, name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

interface Missing<R extends Recipe = Recipe> {
  readonly recipe: R;
  readonly place: string;
  readonly digest: string;
}

/** All files of one kind that become another are converted by one run. */
async function convert(missing: readonly Missing<Extract<Recipe, { by: 'soffice' }>>[]): Promise<void> {
  const { from, to } = missing[0]?.recipe ?? { from: '', to: '' };
  const readAs = READ_AS.get(from);
  await inWorkFolder(async (folder) => {
    const sources = missing.map(({ recipe, digest }) => lay(folder, `${digest}.${recipe.from}`, recipe.text));
    const profile = `-env:UserInstallation=file://${folder}/profile`;
    await run('soffice', [profile, '--headless', ...(readAs === undefined ? [] : [`--infilter=${readAs}`]), '--convert-to', to, '--outdir', join(folder, 'out'), ...sources], { timeout: PATIENCE_MS });
    for (const { place, digest } of missing) renameSync(join(folder, 'out', `${digest}.${to.replace(/:.*/, '')}`), place);
  });
}

async function make({ recipe, place }: Missing): Promise<void> {
  await inWorkFolder(async (folder) => {
    if (recipe.by === 'python') {
      await run(PYTHON, [lay(folder, 'write.py', recipe.script), join(folder, `out.${recipe.to}`), ...recipe.args], { cwd: folder, timeout: PATIENCE_MS });
      renameSync(join(folder, `out.${recipe.to}`), place);
    } else if (recipe.by === 'command') {
      const [program, ...args] = recipe.run;
      if (program === undefined) throw new Error('a recipe without a command');
      for (const [name, bytes] of Object.entries(recipe.files)) lay(folder, name, bytes);
      await run(program, args, { cwd: folder, timeout: PATIENCE_MS });
      renameSync(join(folder, recipe.out), place);
    }
  });
}

/** The bytes of each recipe's file, in the order of the list. */
export async function realFiles(recipes: readonly Recipe[]): Promise<readonly Buffer[]> {
  const all = recipes.map((recipe) => {
    const digest = digestOf(recipe);
    return { recipe, digest, place: join(cacheFolder(), `${digest}.${extensionOf(recipe)}`) };
  });
  const missing = all.filter(({ place }, index) => !existsSync(place) && all.findIndex((one) => one.place === place) === index);
  const conversions = new Map<string, Missing<Extract<Recipe, { by: 'soffice' }>>[]>();
  for (const one of missing) {
    if (one.recipe.by !== 'soffice') await make(one);
    else {
      const kind = `${one.recipe.from} ${one.recipe.to}`;
      const same = conversions.get(kind) ?? [];
      same.push({ ...one, recipe: one.recipe });
      conversions.set(kind, same);
    }
  }
  for (const same of conversions.values()) await convert(same);
  return all.map(({ place }) => readFileSync(place));
}

/** What an independent reader makes of `bytes`: LibreOffice saves them as text (`txt`, `csv`, `html`) and the result is read back. Not kept. */
export async function readBack(bytes: Uint8Array, kind: string, as: string): Promise<string> {
  let text = '';
  await inWorkFolder(async (folder) => {
    const source = lay(folder, `in.${kind}`, bytes);
    await run('soffice', [`-env:UserInstallation=file://${folder}/profile`, '--headless', '--convert-to', as, '--outdir', join(folder, 'out'), source], { timeout: PATIENCE_MS });
    text = readFileSync(join(folder, 'out', `in.${as.replace(/:.*/, '')}`), 'utf8');
  });
  return text;
}

/** What a Python script prints that is given a file of these bytes as `sys.argv[1]`. */
export async function askPython(bytes: Uint8Array, kind: string, script: string): Promise<string> {
  let text = '';
  await inWorkFolder(async (folder) => {
    const { stdout } = await run(PYTHON, [lay(folder, 'ask.py', script), lay(folder, `in.${kind}`, bytes)], { timeout: PATIENCE_MS, env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
    text = stdout;
  });
  return text;
}
