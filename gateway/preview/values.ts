/** Reads the values behind a message's findings again: for an opening, and for facts that count without showing. */
import type { Finding, OpenedMessage, OpenedValue, Region, StoredMessage, View } from '../ports.js';
import { headTexts } from './head-view.js';
import { originOf, tapped, type LeafEar } from './leaf-tap.js';
import { charsetFor } from './part-kind.js';
import { FOREIGNERS, PROVINCES } from './provinces.js';
import { visibleLine } from './visible.js';
import { walk, type ByteTools } from './walk.js';

interface Wanted {
  readonly finding: Finding;
  readonly index: number;
}

/** Longest text of one number, escapes and separators included; a detector's own bound is far lower. */
const VALUE_MOST = 2_000;
/** Values that were found and not yet told. */
const VALUES_MOST = 10_000;

/** `within`: bytes of the body that are read for it, at most. */
export async function openedValues(message: StoredMessage, opened: OpenedMessage, tools: ByteTools, wants: (finding: Finding) => boolean, within = Number.POSITIVE_INFINITY): Promise<readonly OpenedValue[]> {
  const wanted = message.findings.map((finding, index) => ({ finding, index })).filter(({ finding }) => wants(finding) && finding.end - finding.start <= VALUE_MOST);
  const inHead = ({ finding }: Wanted): boolean => finding.part === 'head' || finding.part.startsWith('head/');
  const inBody = wanted.filter((one) => !inHead(one) && one.finding.end <= within);
  const texts = [...(await bodyTexts(opened, tools, inBody, within)), ...headValues(opened, tools, wanted.filter(inHead))];
  return texts.sort((a, b) => a.finding - b.finding);
}

/** Read where the leaves that found them stand, decoded. What lies in containers is not handed out one by one: the original has it. */
async function bodyTexts(opened: OpenedMessage, tools: ByteTools, wanted: readonly Wanted[], within: number): Promise<OpenedValue[]> {
  const open = new Map(wanted.map((one) => [keyOf(one.finding), one]));
  const values = new Map<Finding, string>();
  const out: OpenedValue[] = [];
  let size = 0;
  if (open.size === 0) return out;
  await walk(opened, tools, {
    tap: (leaf) => tapped(leaf, ({ views }) => valueEar(views, values)),
    found(finding) {
      const origin = originOf(finding);
      const one = open.get(keyOf(finding));
      const value = origin === undefined ? undefined : values.get(origin);
      if (origin !== undefined) values.delete(origin);
      if (one === undefined || value === undefined) return;
      open.delete(keyOf(finding));
      out.push({ finding: one.index, detector: finding.detector, part: finding.part, value: visibleLine(value) });
    },
    passed: (bytes) => (size += bytes),
    enough: () => open.size === 0 || size >= within,
  });
  return out;
}

const keyOf = ({ part, detector, start, end }: Finding): string => `${detector} ${String(start)} ${String(end)} ${part}`;

/** Of a text, what lies behind the last place before which all is judged. */
function valueEar(views: readonly View[], values: Map<Finding, string>): LeafEar {
  let kept: Uint8Array = new Uint8Array(0);
  let from = -1;
  return {
    bytes(bytes, at) {
      if (from < 0) from = at;
      kept = kept.length === 0 ? bytes.slice() : Buffer.concat([kept, bytes]);
    },
    found(finding) {
      if (finding.start < from || finding.end - finding.start > VALUE_MOST) return;
      const bytes = kept.subarray(finding.start - from, finding.end - from);
      if (values.size < VALUES_MOST) values.set(finding, new TextDecoder(charsetFor(views, kept)).decode(bytes));
    },
    mask: () => undefined,
    judged(to) {
      const done = Math.min(kept.length, Math.max(0, to - from));
      kept = kept.slice(done);
      from += done;
    },
  };
}

/** The head's texts are found again by what they are: their places were counted in texts that are not kept. */
function headValues(opened: OpenedMessage, tools: ByteTools, wanted: readonly Wanted[]): OpenedValue[] {
  if (wanted.length === 0) return [];
  const texts = headTexts(opened.head);
  const { findings } = tools.inspectors(() => undefined).inspectHead(texts, () => false);
  return wanted.flatMap(({ finding, index }) => {
    const again = findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
    const text = again === undefined ? undefined : texts.find(({ name }) => again.part === `head/${name}`);
    if (again === undefined || text === undefined) return [];
    return [{ finding: index, detector: finding.detector, part: finding.part, value: visibleLine(Buffer.from(text.text).subarray(again.start, again.end).toString('utf8')) }];
  });
}

/** Provinces of distinct people: never more of a number than its first two digits. */
export function regionsOf(message: StoredMessage, values: readonly OpenedValue[]): readonly Region[] {
  const counts = new Map<string, { zh: string; en: string; people: Set<string> }>();
  for (const { finding, value } of values) {
    const fingerprint = message.findings[finding]?.fingerprint;
    const region = provinceOf(value);
    if (fingerprint === undefined || region === undefined) continue;
    const own = counts.get(region.code) ?? { zh: region.zh, en: region.en, people: new Set<string>() };
    own.people.add(fingerprint);
    counts.set(region.code, own);
  }
  return [...counts].map(([code, { zh, en, people }]) => ({ code, zh, en, count: people.size })).sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function provinceOf(value: string): { readonly code: string; readonly zh: string; readonly en: string } | undefined {
  const plain = value
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));?/g, (_, hex: string | undefined, decimal: string | undefined) => sign(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)))
    .replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'));
  const digits = plain.normalize('NFKC').replace(/[^0-9Xx]/g, '');
  if (digits.length !== 15 && digits.length !== 18) return undefined;
  if (digits.startsWith('9')) return FOREIGNERS;
  const code = digits.slice(0, 2);
  const names = PROVINCES.get(code);
  return names === undefined ? undefined : { code, zh: names[0], en: names[1] };
}

const sign = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');
