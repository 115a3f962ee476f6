/** What is wrong with a configuration file, and where: a sentence a person can act on, with a right example beside it. */

export type Path = readonly (string | number)[];

export interface Problem {
  /** For example `routes[0].match.path`. */
  readonly path: string;
  /** Counted from 1, in the file. */
  readonly line: number;
  readonly column: number;
  readonly problem: string;
  /** A line that would be right in this place. */
  readonly example: string;
}

/** A problem found in the values, before its place in the file is looked up. */
export interface Complaint {
  readonly path: Path;
  readonly problem: string;
  readonly level: 'error' | 'warning';
  /** The key itself is wrong, not its value. */
  readonly key?: boolean;
  readonly example?: string;
}

export const wrong = (path: Path, problem: string, example?: string): Complaint => ({ path, problem, level: 'error', ...(example === undefined ? {} : { example }) });
export const doubtful = (path: Path, problem: string, example?: string): Complaint => ({ ...wrong(path, problem, example), level: 'warning' });

export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `["${step}"]`;
  }
  return text;
}
