/** Measures contenders on one text, round by round, in CPU time of this process. */
import type { Contender } from './contenders.js';
import { hasRipgrep, ripgrep } from './ripgrep.js';

export const CHUNK = 64 * 1024;

export interface Effort {
  readonly rounds: number;
  /** Seconds a contender scans in a round at least, whole passes … */
  readonly least: number;
  /** … and at most: a slow one is judged by the part it got through. */
  readonly most: number;
  /** Beside ripgrep too, where it is installed. */
  readonly rg: boolean;
}
export interface Speed {
  readonly contender: string;
  /** MB (10⁶ bytes) a second of CPU time, one for each round. */
  readonly rates: readonly number[];
  /** Found in one whole pass; `undefined` when no pass was finished. */
  readonly found: number | undefined;
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function chunks(data: Buffer): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += CHUNK) out.push(data.subarray(at, at + CHUNK));
  return out;
}

interface Taken {
  readonly rate: number;
  readonly found: number | undefined;
}

function take(contender: Contender, contentType: string, pieces: readonly Uint8Array[], least: number, most: number): Taken | undefined {
  let bytes = 0;
  let found: number | undefined;
  // The clock on the wall is cheap to ask for each chunk; what it took of the processor is asked when it matters.
  const late = performance.now() + most * 1000;
  const began = cpuSeconds();
  do {
    const pass = contender.begin(contentType, pieces[0] ?? new Uint8Array(0));
    if (pass === undefined) return undefined;
    for (const piece of pieces) {
      pass.chunk(piece);
      bytes += piece.length;
      if (performance.now() > late) return { rate: bytes / (cpuSeconds() - began) / 1e6, found };
    }
    found = pass.end();
  } while (cpuSeconds() - began < least);
  return { rate: bytes / (cpuSeconds() - began) / 1e6, found };
}

/**
 * A contender that cannot read the text is left out. Nobody pays for what another left to collect; but a collection that is asked for takes
 * compiled code with it as none in a server does, 75 ms of work for Weir: each is warm again before it is measured.
 */
export function race(contenders: readonly Contender[], contentType: string, data: Buffer, effort: Effort, collect: () => void): Speed[] {
  const pieces = chunks(data);
  const takes = new Map<string, Taken[]>();
  const rg = effort.rg && hasRipgrep() ? ripgrep(data) : undefined;
  for (let round = 0; round < effort.rounds; round++) {
    for (const contender of contenders) {
      collect();
      // For the compiler.
      take(contender, contentType, pieces, effort.least, effort.most);
      const taken = take(contender, contentType, pieces, effort.least, effort.most);
      if (taken !== undefined) takes.set(contender.id, [...(takes.get(contender.id) ?? []), taken]);
    }
    const rate = rg?.round();
    if (rate !== undefined) takes.set('rg', [...(takes.get('rg') ?? []), { rate, found: undefined }]);
  }
  rg?.end();
  return [...takes].map(([contender, all]) => ({ contender, rates: all.map(({ rate }) => rate), found: all.find(({ found }) => found !== undefined)?.found }));
}
