/** What a snapshot consists of, signed by the installation's audit key. It is written last: a snapshot without one does not count. */
import { z } from 'zod';
import { SUITES } from '../ports.js';
import { BackupFailed } from './backup-failed.js';
import { sha256Of } from './bytes.js';
import { SNAPSHOT_ID } from './names.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const bytes = z.number().int().nonnegative();
const message = z.string().regex(/^w[0-9A-Za-z]{26}$/);
const object = z.strictObject({ name: z.string().max(100), bytes, sha256 });

const manifestSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(SNAPSHOT_ID),
  madeAt: z.iso.datetime(),
  /** The version of Weir that made it. */
  program: z.string().max(50),
  migrations: z.array(z.string().max(100)).max(1_000),
  /** What the ledger's text was sealed for; `headerBytes` of it are the wrapped key. */
  suite: z.enum(SUITES),
  recipient: z.string().max(1_000),
  ledger: object.extend({ headerBytes: bytes }),
  tables: z.array(z.strictObject({ table: z.string().max(130), rows: bytes })),
  messages: z.array(z.strictObject({ id: message, key: object, body: object })),
  /** In older snapshots of this target, and ended since: they must not come back. */
  ended: z.array(z.strictObject({ id: message, state: z.enum(['released', 'rejected', 'expired']), at: z.iso.datetime() })),
  /** The ledger has them, the vault did not, or not whole. */
  missing: z.array(message),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestMessage = Manifest['messages'][number];

const envelopeSchema = z.strictObject({ weirBackup: z.literal(1), sha256, signature: z.strictObject({ key: z.string().max(100), value: z.string().max(10_000) }) });

interface Signature {
  readonly key: string;
  readonly value: string;
}
export type Sign = (text: string) => Promise<Signature>;
export type CheckSignature = (text: string, signature: Signature) => 'good' | 'bad' | 'unknown-key';

/** The digest is what is signed: a module that keeps the key takes short texts only. The words keep it from being taken for a checkpoint. */
const signedText = (digest: string): string => `weir backup manifest 1 ${digest}`;

/** One line with the signature, then the manifest. */
export async function manifestBytes(manifest: Manifest, sign: Sign): Promise<Uint8Array> {
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  const digest = sha256Of(text);
  const envelope = { weirBackup: 1, sha256: digest, signature: await sign(signedText(digest)) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), text]);
}

/** Throws BackupFailed `manifest` or `unknown-key`. */
export function readManifest(name: string, content: Uint8Array, check: CheckSignature): Manifest {
  const whole = Buffer.from(content);
  const end = whole.indexOf(0x0a);
  const text = whole.subarray(end + 1);
  const envelope = envelopeSchema.safeParse(json(whole.subarray(0, Math.max(0, end))));
  if (!envelope.success || envelope.data.sha256 !== sha256Of(text)) throw new BackupFailed('manifest', name);
  const verdict = check(signedText(envelope.data.sha256), envelope.data.signature);
  if (verdict !== 'good') throw new BackupFailed(verdict === 'bad' ? 'manifest' : 'unknown-key', name);
  const manifest = manifestSchema.safeParse(json(text));
  if (!manifest.success) throw new BackupFailed('manifest', name);
  return manifest.data;
}

function json(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
