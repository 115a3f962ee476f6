/** Where the programs lie that suites start: as compiled, or packed into a few files where `npm test` did so (packed-program.mjs). */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As the compiler wrote it, module by module, which is what people run; elsewhere while someone else builds. */
const COMPILED = process.env['WEIR_TEST_PROGRAM'] ?? join(ROOT, 'dist');
/** The same in few files, started in half the time. */
const PACKED = process.env['WEIR_TEST_PROGRAM'] ?? process.env['WEIR_TEST_PACKED'];

export const COMPILED_MAIN = join(COMPILED, 'gateway', 'main.js');
export const MAIN = join(PACKED ?? COMPILED, 'gateway', 'main.js');
export const WEIR = join(PACKED ?? COMPILED, 'gateway', 'cli', 'weir.js');
/** What opens files for another process. */
export const EXTRACT = join(PACKED ?? COMPILED, 'gateway', 'wiring', 'extract-child.js');
/** Undefined where nothing is packed. */
export const PACKED_WEIR = PACKED === undefined ? undefined : WEIR;
