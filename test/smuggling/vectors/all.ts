/** All vectors, by what they play with. */
import { chunks } from './chunks.js';
import { codings } from './codings.js';
import { heads } from './heads.js';
import { lengths } from './lengths.js';
import { options } from './options.js';
import { places } from './places.js';
import { sequences } from './sequences.js';
import type { Vector } from './vector.js';

export const VECTORS: Readonly<Record<string, readonly Vector[]>> = { lengths, codings, chunks, heads, places, options, sequences };
