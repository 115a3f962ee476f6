/** Forms of values that more than one section of the configuration uses. */
import { z } from 'zod';

export const id = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'lower-case letters, digits and "-", starting with a letter, for example "mail-out"');
export const duration = z
  .string()
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, 'a number and a unit, for example "30s", "5m" or "30d"')
  .transform((text) => Number.parseInt(text, 10) * { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[/[a-z]+$/.exec(text)?.[0] as 'ms' | 's' | 'm' | 'h' | 'd']);
export const bytes = z
  .string()
  .regex(/^\d{1,9}(B|KiB|MiB|GiB|TiB)$/, 'a number and a unit, for example "64MiB"')
  .transform((text) => Number.parseInt(text, 10) * { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }[/[A-Za-z]+$/.exec(text)?.[0] as 'B' | 'KiB' | 'MiB' | 'GiB' | 'TiB']);
export const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
export const grade = z.enum(['C1', 'C2', 'C3', 'general', 'important', 'core']);
/** `*` stands for any run of characters; matching ignores case. `unknown` matches a missing fact. */
export const patterns = z.union([z.string(), z.array(z.string()).min(1)]).transform((one) => (typeof one === 'string' ? [one] : one));
export const file = z.string().min(1);
/** Secrets never stand in the file: an environment variable or a file holds them. */
export const secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file })]);
