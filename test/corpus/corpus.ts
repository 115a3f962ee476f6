/** The corpus: documents of every host, made from a seed, each with its truth. */
import { diceOf, seedOf } from './dice.js';
import { BENIGN_HOSTS } from './hosts/benign.js';
import { DISGUISED_HOST } from './hosts/disguised.js';
import type { Host } from './hosts/host.js';
import { PROSE_HOSTS } from './hosts/prose.js';
import { TABLE_HOSTS } from './hosts/tables.js';
import type { Mark } from './piece.js';

export const HOSTS: readonly Host[] = [...PROSE_HOSTS, ...TABLE_HOSTS, DISGUISED_HOST, ...BENIGN_HOSTS];

/** The seed of the published figures. */
export const SEED = 20_261_122;
/** Documents of each host in the whole corpus: some ten thousand numbers to find. */
export const WHOLE = 60;
/** For the unit test: a few seconds. */
export const SAMPLE = 5;

export interface CorpusDocument {
  readonly file: string;
  readonly host: string;
  readonly benign: boolean;
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** One line of the truth file. */
export interface Truth extends Mark {
  readonly file: string;
  readonly host: string;
}

export function* corpus(seed: number, documentsPerHost: number): Generator<CorpusDocument> {
  for (const host of HOSTS) {
    for (let number = 0; number < documentsPerHost; number++) {
      const file = `${host.name}/${String(number).padStart(4, '0')}.${host.extension}`;
      const { text, marks } = host.write(diceOf(seedOf(seed, file)));
      yield { file, host: host.name, benign: host.benign === true, text, marks };
    }
  }
}

export function truthOf({ file, host, marks }: CorpusDocument): Truth[] {
  return marks.map((mark) => ({ file, host, ...mark }));
}
