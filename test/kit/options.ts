/** Reads what a tool of this project was called with: what it does not know ends it with one line, not with a stack. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export function readOptions<T extends ParseArgsConfig>(config: T, usage: string): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : 'the options cannot be read', usage);
  }
}

export function refuse(why: string, usage: string): never {
  process.stderr.write(`${why}\nusage: ${usage}\n`);
  process.exit(2);
}
