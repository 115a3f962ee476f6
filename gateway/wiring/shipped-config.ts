/** The configuration that comes with Weir. */
import { fileURLToPath } from 'node:url';

export const shippedConfig = (): string => fileURLToPath(new URL('../../config/default.yaml', import.meta.url));
