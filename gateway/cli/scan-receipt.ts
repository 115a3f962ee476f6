/** The coverage receipt of a scanned file, for people: its parts as a tree, how each was read, and what of it was not. */
import type { PartReceipt, Receipt } from '../ports.js';
import { plain } from './terminal-text.js';
import { fill, type Words } from './words.js';

/** Deeper parts are shifted no further. */
const DEPTH_MOST = 8;

function lineOf({ part, chain, scanned, unscanned, reason }: PartReceipt, words: Words): string {
  const indent = '  '.repeat(Math.min(DEPTH_MOST, part.split('/').length));
  const read = [
    ...(scanned > 0 || unscanned === 0 ? [fill(words.receiptRead, { n: scanned })] : []),
    ...(unscanned > 0 || reason !== undefined ? [`${fill(words.receiptUnread, { n: unscanned })}${reason === undefined ? '' : ` (${reason})`}`] : []),
  ];
  return `${indent}${plain(part)}  ${chain.map(plain).join(' › ')}  ${read.join(', ')}`;
}

export function receiptLines(receipt: Receipt, words: Words): readonly string[] {
  const { size, scanned, unscanned, inside, parts, more, detectors } = receipt;
  return [
    `  ${fill(words.receipt, { size, scanned, unscanned })}`,
    ...(inside === undefined ? [] : [`  ${fill(words.receiptInside, { scanned: inside.scanned, unscanned: inside.unscanned })}`]),
    ...parts.map((part) => lineOf(part, words)),
    ...(more > 0 ? [`  ${fill(words.receiptMore, { n: more })}`] : []),
    `  ${fill(words.receiptDetectors, { version: plain(detectors) })}`,
  ];
}
