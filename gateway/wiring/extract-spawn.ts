/** Starts a process that opens files, with as little as it needs: a bounded address space, no files to write, nothing in its environment, and nobody who reads what it prints. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExtractChild } from '../decode/extract/child-slot.js';

/** What Node, its code and its libraries reserve of the address space, most of it never used: 1.2 GiB when a few files were opened. */
const ADDRESS_BASE = 1.5 * 2 ** 30;
/** Of its memory, what scripts may have; the rest is for bytes and WebAssembly. */
const HEAP_SHARE = 0.7;
const PAGE = 4096;
/** How V8 ends when it gets no more memory, by number where a shell is between. */
const OUT_OF_MEMORY = new Set<string | number>(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL', 133, 134, 132, 137]);
/** A limit that a system does not know is none; the others still hold. No core file, and no other, may keep what was in memory. */
const LIMITED = 'ulimit -v "$1" 2>/dev/null; ulimit -c 0 2>/dev/null; ulimit -f 0 2>/dev/null; shift; exec "$@"';

const EXTRACT_ENTRY = fileURLToPath(new URL('./extract-child.js', import.meta.url));

/** `entry` is another one in tests of what a process may do. */
export function spawnExtractChild(memory: number, entry: string = EXTRACT_ENTRY): ExtractChild {
  const node = [
    process.execPath,
    // Otherwise each WebAssembly memory reserves gigabytes of addresses.
    '--disable-wasm-trap-handler',
    `--max-old-space-size=${Math.floor((memory * HEAP_SHARE) / 2 ** 20)}`,
    entry,
  ];
  const limited = process.platform !== 'win32';
  const command = limited ? ['/bin/sh', '-c', LIMITED, 'sh', String(Math.floor((memory + ADDRESS_BASE) / 1024)), ...node] : node;
  const [program = process.execPath, ...words] = command;
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced', env: {} });
  let ended: 'memory' | 'other' | undefined;
  let onEnd: (why: 'memory' | 'other') => void = () => undefined;
  const end = (why: 'memory' | 'other'): void => {
    if (ended !== undefined) return;
    ended = why;
    onEnd(why);
  };
  // That it could not be started or reached shows as its end.
  child.on('error', () => end('other'));
  child.once('exit', (code, signal) => end(OUT_OF_MEMORY.has(signal ?? code ?? 0) ? 'memory' : 'other'));
  const status = `/proc/${String(child.pid)}/statm`;
  return {
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onEnd(listener) {
      onEnd = listener;
      if (ended !== undefined) listener(ended);
    },
    kill() {
      child.kill('SIGKILL');
      if (child.connected) child.disconnect();
    },
    memory() {
      try {
        return Number(readFileSync(status, 'latin1').split(' ')[1]) * PAGE;
      } catch {
        // No such thing on this system, or no such process any more.
        return undefined;
      }
    },
  };
}
