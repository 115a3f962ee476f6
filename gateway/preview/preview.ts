/** The Preview port: opens a sealed message for one question, answers it from a stream, and closes it. Exists where the review key is. */
import type { ExchangeId, OpenedMessage, Preview, Region, StoredMessage, VaultReader } from '../ports.js';
import { compare, maskedMessage } from './compare.js';
import { content } from './content.js';
import { isMail, mailView, type MailTools } from './mail-view.js';
import { recent } from './recent.js';
import type { ByteTools } from './walk.js';
import { outlineOf, type Outline } from './part-list.js';
import { rewrittenIn, type Rewritten } from './rewritten.js';
import { turns } from './turns.js';
import { openedValues, regionsOf } from './values.js';

/** Looks at large bodies take a processor each; the gateway's own exchanges go first. */
const AT_ONCE = 2;
/** Names of parts and counts of provinces of the messages looked at last; no value is among them. */
const KEPT = 200;
/** A look that takes longer ends with what it has: it went through gigabytes. */
const LOOK_MS = 20_000;
/** Facts are computed for every look: beyond this only what lies in front counts. */
const REGIONS_WITHIN = 8 * 1024 * 1024;
const RESIDENT_ID = 'cn.resident-id';

/** `plain` opens bodies as what they stand for; left out: as they came. */
export function preview(options: { readonly reader: VaultReader; readonly plain?: VaultReader | undefined; readonly tools: ByteTools; /** Left out, a mail is shown as every other body is. */ readonly mail?: MailTools | undefined }): Preview {
  const { reader, tools: always, plain = reader, mail } = options;
  const timed = (): ByteTools => ({ ...always, until: performance.now() + LOOK_MS });
  const turn = turns(AT_ONCE);
  const outlines = recent<Outline>(KEPT);
  const regions = recent<readonly Region[]>(KEPT);
  const rewrites = recent<readonly Rewritten[]>(KEPT);

  const once = async <T>(id: ExchangeId, work: (message: OpenedMessage) => Promise<T>): Promise<T> => {
    const message = await plain.open(id);
    try {
      return await work(message);
    } finally {
      await message.close();
    }
  };
  const opened = <T>(id: ExchangeId, work: (message: OpenedMessage) => Promise<T>): Promise<T> => turn(() => once(id, work));
  /** Only who asks for the list pays for the walk; pages take the names when they are known. */
  const outline = async (message: StoredMessage, isList: boolean): Promise<Outline | undefined> => {
    const known = outlines.get(message.id);
    if (known !== undefined || !isList || message.receipt.parts.length < 2) return known;
    const made = await opened(message.id, (sealed) => outlineOf(sealed, timed()));
    outlines.set(message.id, made);
    return made;
  };

  /** Reads the whole of both bodies, once: a container that leaves changed is said to. */
  const rewritten = async (message: StoredMessage): Promise<readonly Rewritten[]> => {
    const known = rewrites.get(message.id);
    if (known !== undefined) return known;
    const made = await opened(message.id, async (sealed) => {
      const tools = timed();
      return sealed.head.version === 1 ? [] : await rewrittenIn(message, sealed, maskedMessage(sealed, tools), tools);
    });
    rewrites.set(message.id, made);
    return made;
  };

  return {
    async content(message, asked) {
      const names = await outline(message, asked.part === undefined || asked.plain === true || asked.part.endsWith('/names'));
      return await opened(message.id, (sealed) => content({ message, opened: sealed, tools: timed(), outline: names }, asked));
    },
    async mail(message) {
      if (mail === undefined || !isMail(message)) return undefined;
      const names = await outline(message, true);
      return await opened(message.id, (sealed) => mailView({ message, opened: sealed, tools: timed(), outline: names, mail }));
    },
    async compare(message, asked) {
      const names = await outline(message, asked.part === undefined);
      const anew = await rewritten(message);
      return await opened(message.id, (sealed) => compare({ message, opened: sealed, tools: timed(), outline: names, rewritten: anew }, asked));
    },
    async regions(message) {
      const known = regions.get(message.id);
      if (known !== undefined) return known;
      if (!message.findings.some(({ detector }) => detector === RESIDENT_ID)) return [];
      // Small and bounded: facts do not wait behind somebody's gigabyte.
      const made = regionsOf(message, await once(message.id, (sealed) => openedValues(message, sealed, always, ({ detector }) => detector === RESIDENT_ID, REGIONS_WITHIN)));
      regions.set(message.id, made);
      return made;
    },
    values: (message) => opened(message.id, (sealed) => openedValues(message, sealed, always, () => true)),
    async original(id) {
      // Tried first: what cannot be opened is said before an answer begins.
      const message = await reader.open(id);
      const size = message.head.bodyLength;
      await message.close();
      return { size, body: original(reader, id) };
    },
  };
}

async function* original(reader: VaultReader, id: ExchangeId): AsyncGenerator<Uint8Array> {
  const message = await reader.open(id);
  try {
    yield* message.body();
  } finally {
    await message.close();
  }
}
