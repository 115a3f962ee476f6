/** Messages sealed as the gateway seals them, in memory, with a preview over them. */
import { encodeEdit } from '../../../gateway/body/edit-log.js';
import { replay } from '../../../gateway/body/replay.js';
import { leafFactory } from '../../../gateway/detect/leaf.js';
import { tally } from '../../../gateway/detect/tally.js';
import { inspectorFactory } from '../../../gateway/decode/inspector.js';
import { preview } from '../../../gateway/preview/preview.js';
import { namesIn } from '../../../gateway/decode/split/file-names.js';
import { MAIL_HEADER_MOST, mailFields } from '../../../gateway/decode/split/mail-fields.js';
import { lookMaker } from '../../../gateway/preview/look.js';
import type { ByteTools } from '../../../gateway/preview/walk.js';
import { sealedBodyHead } from '../../../gateway/preview/body-head.js';
import { patternFinders } from '../../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../../detectors/scan/scan-units.js';
import type { Field, Finding, InspectorFactory, LeafFactory, Preview, SealedHead, SealedMail, StoredMessage } from '../../../gateway/ports.js';
import { builtIns } from '../../kit/engine.js';
import { memoryVault, type MemoryVault } from '../../kit/memory-vault.js';
import { message } from '../review/stand.js';

const set = detectorSet(builtIns);
const finders = patternFinders(set);
const leaf = leafFactory({ set, least: finders === undefined ? 0 : Math.min(...set.numbers.map((one) => one.least)), keepOf: (id) => builtIns.find((one) => one.id === id)?.keep ?? { first: 0, last: 0 }, finders: finders ?? [] }, Buffer.from('test key'));

export function inspectors(onFinding: (finding: Finding) => void, tap?: (inner: LeafFactory) => LeafFactory): InspectorFactory {
  return inspectorFactory({
    leaf: tap?.(leaf) ?? leaf, tally, detectors: 'test', onFinding,
    onFailure: (thrown) => {
      throw thrown;
    },
  });
}
export const tools: ByteTools = { inspectors, look: lookMaker(inspectors(() => undefined), namesIn), masked: (body, edits) => replay(copied(body), edits, () => true) };

export interface SealedTest {
  readonly stored: StoredMessage;
  readonly preview: Preview;
  readonly vault: MemoryVault;
  /** What a masked release sends. */
  readonly released: () => Promise<Buffer>;
}

/** `masks` says which findings the sealed edit log covers. */
export function sealed(body: Uint8Array, contentType: string | undefined, options: { readonly fields?: readonly Field[]; readonly target?: string; readonly masks?: (finding: Finding) => boolean; /** The envelope of a mail that came by SMTP. */ readonly mail?: SealedMail } = {}): SealedTest {
  const vault = memoryVault();
  const fields: Field[] = [...(contentType === undefined ? [] : [['Content-Type', contentType] as const]), ...(options.fields ?? [])];
  const base = message('w0123456789abcdefghijklmnop');
  const head: SealedHead = {
    version: 1, id: base.id, channel: 'http', route: 'share', direction: 'request',
    http: { method: 'POST', target: options.target ?? '/share', fields },
    facts: { channel: 'http', route: 'share', direction: 'request', clientAddress: undefined, user: 'li', department: undefined, sender: undefined, recipients: [], subject: undefined, destination: 'files.example', method: 'POST', mediaType: undefined, fileNames: [] },
    bodyLength: body.length, editsLength: 0, maskedTarget: '/share', maskedFields: fields, trailers: [], mail: options.mail,
  };
  const found: Finding[] = [];
  const factory = inspectors((finding) => found.push(finding));
  const inspector = factory.inspect(sealedBodyHead(head), body.subarray(0, factory.prefixLength), options.masks ?? (() => true));
  const first = inspector.write(Uint8Array.from(body));
  const second = inspector.end(true);
  const edits = Buffer.concat([...first.edits, ...second.edits].map((edit) => encodeEdit({ at: edit.at, bytes: edit.bytes, kind: 0 })));
  vault.put({ ...head, editsLength: edits.length }, body, edits);
  const stored: StoredMessage = { ...base, bytes: body.length, mediaType: contentType?.split(';')[0], findings: found.slice(0, 1000), receipt: inspector.receipt(), unscannable: inspector.unscannable };
  return {
    stored, vault,
    preview: preview({ reader: vault, tools, mail: { headerMost: MAIL_HEADER_MOST, fields: mailFields } }),
    async released() {
      const out: Uint8Array[] = [];
      const opened = await vault.open(base.id);
      for await (const chunk of replay(copied(opened.body()), opened.edits(), () => true)) out.push(Uint8Array.from(chunk));
      return Buffer.concat(out);
    },
  };
}

async function* copied(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Uint8Array.from(chunk);
}
