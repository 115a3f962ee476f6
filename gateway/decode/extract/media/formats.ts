/** The walks that prove images, sounds and films. */
import type { Extractor } from '../contract.js';
import { bmp, ico } from './bitmaps.js';
import { boxes } from './boxes.js';
import { gif } from './gif.js';
import { jpeg } from './jpeg.js';
import type { Walk } from './layout.js';
import { mediaExtractor } from './media.js';
import { emf, svm, wmf } from './metafiles.js';
import { mp3 } from './mp3.js';
import type { MediaFormat } from './names.js';
import { png } from './png.js';
import { riff } from './riff.js';
import { flac, ogg } from './sounds.js';
import { tiff } from './tiff.js';

const WALKS: Readonly<Record<MediaFormat, Walk>> = {
  avi: riff, avif: boxes, bmp, emf, flac, gif, heic: boxes, ico, jpeg, mov: boxes, mp3, mp4: boxes, ogg, png, riff, svm, tiff, wav: riff, webp: riff, wmf,
};

export function mediaNamed(format: MediaFormat): Extractor {
  return mediaExtractor(format, WALKS[format]);
}
