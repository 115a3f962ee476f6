/** Seals the ends of uploads' parts with a key that all nodes derive from the one they share: in the database lie neither bytes nor names. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { seal, unseal } from '../accounts/sealed.js';
import type { PartRow, UploadPartsLedger } from '../ledger/upload-parts-ledger.js';
import type { KnownParts, PartBook, PartEnds } from '../ports.js';

const KEY = 32;
/** Size, length of head and length of tail, before the bytes themselves. */
const COUNTS = 10;

export function sealedParts({ ledger, fingerprintKey }: { readonly ledger: UploadPartsLedger; readonly fingerprintKey: Uint8Array }): PartBook {
  const keys = Buffer.from(hkdfSync('sha256', fingerprintKey, '', 'weir upload parts v1', 2 * KEY));
  const [sealing, naming] = [keys.subarray(0, KEY), keys.subarray(KEY)];
  const digest = (...names: readonly string[]): string => createHmac('sha256', naming).update(JSON.stringify(names)).digest('hex');
  const bound = (upload: string, part: string, attempt: string): string => [upload, part, attempt].join('\0');
  function known(upload: string, rows: readonly PartRow[]): KnownParts {
    const byPart = new Map<string, PartRow[]>();
    for (const row of rows) byPart.set(row.part, [...(byPart.get(row.part) ?? []), row]);
    return {
      part(name) {
        const mine = byPart.get(digest(upload, name)) ?? [];
        const ends = mine.flatMap(({ part, attempt, sealed }) => {
          const opened = sealed === undefined ? undefined : unseal(sealing, bound(digest(upload), part, attempt), sealed);
          return opened === undefined ? [] : [decoded(opened)];
        });
        // What does not open tells nothing, as if it had never ended.
        return { ends, open: mine.length - ends.length };
      },
    };
  }
  return {
    async begin(upload, part) {
      const attempt = randomBytes(16).toString('hex');
      return (await ledger.begin(digest(upload), digest(upload, part), attempt)) ? attempt : undefined;
    },
    arrived: (upload, part, attempt, ends) => {
      const [ofUpload, ofPart] = [digest(upload), digest(upload, part)];
      return ledger.arrived(ofUpload, ofPart, attempt, ends.size, seal(sealing, bound(ofUpload, ofPart, attempt), encoded(ends)));
    },
    failed: (upload, part, attempt) => ledger.failed(digest(upload), digest(upload, part), attempt),
    parts: async (upload) => known(upload, await ledger.parts(digest(upload))),
    close: async (upload) => known(upload, await ledger.close(digest(upload))),
    reopen: (upload) => ledger.reopen(digest(upload)),
    forget: (upload) => ledger.forget(digest(upload)),
  };
}

function encoded({ head, tail, size, tag }: PartEnds): Buffer {
  const counts = Buffer.alloc(COUNTS);
  counts.writeUIntBE(size, 0, 6);
  counts.writeUInt16BE(head.length, 6);
  counts.writeUInt16BE(tail.length, 8);
  return Buffer.concat([counts, head, tail, Buffer.from(tag)]);
}

function decoded(bytes: Buffer): PartEnds {
  const toTail = COUNTS + bytes.readUInt16BE(6);
  const toTag = toTail + bytes.readUInt16BE(8);
  return { size: bytes.readUIntBE(0, 6), head: bytes.subarray(COUNTS, toTail), tail: bytes.subarray(toTail, toTag), tag: bytes.subarray(toTag).toString() };
}
