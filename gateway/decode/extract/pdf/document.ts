/** A PDF opened by pdf.js: without scripts, network, threads or fonts, with the empty password. */
import { z } from 'zod';
import { ExtractError } from '../contract.js';
import { getDocument, type PdfDocument, type PdfPage } from './api.js';
import { OwnCharacterMaps } from './cmaps.js';
import type { TextRun } from './page-text.js';

/** A drawing of a whole city's lots has this many; reading more takes longer than a page may. */
const MOST_RUNS = 200_000;
/** Longer than any page can be read. */
const MOST_CHARACTERS = 8 * 2 ** 20;

const runSchema = z.object({ str: z.string(), transform: z.array(z.number()), width: z.number(), hasEOL: z.boolean() });
const chunkSchema = z.object({ items: z.array(z.unknown()) });

export async function openDocument(bytes: Uint8Array): Promise<{ readonly document: PdfDocument; close(): Promise<void> }> {
  const task = await getDocument({
    data: bytes,
    password: '',
    isEvalSupported: false,
    useWorkerFetch: false,
    useWasm: false,
    useSystemFonts: false,
    disableFontFace: true,
    fontExtraProperties: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    // Larger images are left out, and said to be: no image is ever decoded.
    maxImageSize: 0,
    enableXfa: false,
    disableAutoFetch: true,
    cMapUrl: './',
    cMapPacked: false,
    BinaryDataFactory: OwnCharacterMaps,
    // Its complaints are listened to.
    verbosity: 1,
  });
  try {
    return { document: await task.promise, close: async () => task.destroy() };
  } catch (thrown) {
    await task.destroy();
    if (thrown instanceof Error && thrown.name === 'PasswordException') throw new ExtractError('encrypted', 'pdf');
    if (thrown instanceof Error && /encrypt|crypt|cipher/i.test(thrown.message)) throw new ExtractError('encrypted', 'pdf');
    throw new ExtractError('malformed', 'pdf');
  }
}

/** The page's text as it comes; `whole` is false when there was more than any page has. */
export async function textRuns(page: PdfPage): Promise<{ readonly runs: readonly TextRun[]; readonly whole: boolean }> {
  const runs: TextRun[] = [];
  let room = MOST_CHARACTERS;
  const reader = page.streamTextContent({ includeMarkedContent: false, disableNormalization: true }).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { runs, whole: true };
    for (const item of chunkSchema.parse(value).items) {
      const run = runSchema.safeParse(item);
      if (!run.success) continue;
      runs.push(run.data);
      room -= run.data.str.length;
    }
    if (runs.length > MOST_RUNS || room < 0) {
      await reader.cancel(new Error('too long'));
      return { runs, whole: false };
    }
  }
}
