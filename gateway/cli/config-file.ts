/** Which configuration file a command means: the one named, else WEIR_CONFIG, else the shipped one, as for `weir start`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** In dist/ it lies beside the compiled program. */
const SHIPPED = fileURLToPath(new URL('../../config/default.yaml', import.meta.url));

/** `undefined` where the shipped file was taken away. */
export function configFile(named: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return named ?? env['WEIR_CONFIG'] ?? (existsSync(SHIPPED) ? SHIPPED : undefined);
}
