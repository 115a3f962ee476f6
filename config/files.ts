/** Files and environment variables that a configuration points to: resolved against its folder, and there. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { wrong, type Complaint, type Path } from './problem.js';
import type { Config } from './schema.js';

/** Keys whose text is a file name, wherever they stand in the schema. */
const FILE_KEYS: ReadonlySet<string | number> = new Set(['cert', 'key', 'ca', 'clientCa', 'departments', 'file', 'accounts']);

type Change = (text: string, path: Path) => string;

function eachText(value: unknown, path: Path, change: Change): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((one, index) => eachText(one, [...path, index], change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, eachText(one, [...path, key], change)]));
}

export function resolveFiles(config: Config, folder: string, env: Readonly<Record<string, string | undefined>>): { readonly config: Config; readonly complaints: readonly Complaint[] } {
  const complaints: Complaint[] = [];
  const readable = (file: string): boolean => {
    try {
      accessSync(file, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  };
  const resolved = eachText(config, [], (text, path) => {
    const key = path.at(-1) ?? '';
    if (key === 'env' && (env[text] ?? '') === '') complaints.push(wrong(path, `the environment variable ${text} is not set`));
    if (!FILE_KEYS.has(key)) return text;
    const file = resolve(folder, text);
    if (!readable(file)) complaints.push(wrong(path, `this file cannot be read: ${file}`));
    return file;
  });
  // The walk keeps every key and type, only texts change.
  return { config: resolved as Config, complaints };
}
