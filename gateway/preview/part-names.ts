/** What a part calls itself, from its header with everything found in it masked. */
import type { HideNumbers } from './hidden-numbers.js';
import { visibleLine } from './visible.js';

/** A name that goes on longer tells nobody more. */
const LONGEST = 200;

export interface PartName {
  readonly name: string | undefined;
  readonly mediaType: string | undefined;
  /** As it came, for what it may do to a reader. */
  readonly raw: string;
}

export function partName(header: Uint8Array, hide: HideNumbers): PartName {
  const text = Buffer.from(header).toString('utf8').replace(/\r?\n[ \t]+/g, ' ');
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'im').exec(text)?.[1]?.trim();
  const disposition = field('content-disposition') ?? '';
  const extended = /filename\*\s*=\s*([A-Za-z0-9-]*)'[^']*'([^;\s]+)/i.exec(disposition);
  const plain = parameter(disposition, 'filename') ?? parameter(field('content-type') ?? '', 'name') ?? parameter(disposition, 'name');
  const raw = extended === null ? plain : unescaped(extended[2] ?? '');
  const type = /^[a-z0-9.+*_-]+\/[a-z0-9.+*_-]+/i.exec(field('content-type') ?? '')?.[0]?.toLowerCase();
  return { name: raw === undefined || raw === '' ? undefined : shown(raw, hide), mediaType: type === undefined ? undefined : shown(type, hide), raw: raw ?? '' };
}

function shown(text: string, hide: HideNumbers): string {
  const safe = visibleLine(hide(text) ?? text);
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe;
}

function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}\\s*=\\s*(?:"((?:\\\\.|[^"\\\\])*)"|([^;\\s"]+))`, 'i').exec(` ${value}`);
  return match === null ? undefined : (match[1]?.replace(/\\(.)/g, '$1') ?? match[2]);
}

function unescaped(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'));
}
