/** What decoders may know of a body before its first byte: its declared type, what signs it, and the texts of the head that are scanned. */
import { declaredCodings } from '../../content-coding.js';
import { digestFate, isDigestField } from '../../digest-fields.js';
import type { BodyHead, Field, HeadText } from '../../ports.js';
import { dispositionNames } from './content-disposition.js';
import { tokensOf, valueOf, valuesOf } from './fields.js';
import { decodeSafely, type Target } from './target.js';
import { remembered } from './remembered.js';
import { tusTexts } from './uploads/tus.js';

/** Fields that clients send, and a few more. */
const NAMES_MOST = 1024;

const isDigest = remembered(NAMES_MOST, isDigestField);
const NOTHING: readonly string[] = [];
const ANNOUNCING = ['trailer', 'x-amz-trailer'] as const;
/** Types that clients send, and a few more. */
const TYPES_MOST = 512;
const plainType = remembered(TYPES_MOST, (written) => (written.split(';')[0] ?? '').trim().toLowerCase());

/** Names, lower case, of the fields that sign or hash the body, trailers announced in the head included. */
export function signingFields(fields: readonly Field[], codings = declaredCodings(fields)): readonly string[] {
  // Most bodies are not signed.
  let signing: Set<string> | undefined;
  for (const [name, value] of fields) if (isDigest(name) && digestFate(name, value) !== undefined) (signing ??= new Set()).add(name.toLowerCase());
  for (const field of ANNOUNCING) for (const name of tokensOf(fields, field)) if (isDigest(name)) (signing ??= new Set()).add(name);
  // Pieces that are signed one by one, or summed up in a trailer.
  if (codings?.endsWith('aws-chunked') === true) (signing ??= new Set()).add('x-amz-content-sha256');
  return signing === undefined ? NOTHING : [...signing];
}

/** Names the head shows: Content-Disposition's, and the target's last segment where it looks like one. */
export function fileNames(fields: readonly Field[], path: string): readonly string[] {
  const last = decodeSafely(path.slice(path.lastIndexOf('/') + 1));
  const own = /\.[^.\s]{1,16}$/.test(last) ? [last] : NOTHING;
  const dispositions = valuesOf(fields, 'content-disposition');
  return dispositions.length === 0 ? own : [...new Set([...dispositions.flatMap(dispositionNames), ...own])];
}

/** Declared bytes; the parser has already refused a length that is not one number. */
export function declaredLength(fields: readonly Field[]): number | undefined {
  const value = valueOf(fields, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

export function mediaType(fields: readonly Field[]): string | undefined {
  const written = contentType(fields);
  const type = written === undefined ? '' : plainType(written);
  return type === '' ? undefined : type;
}

export interface HeadTexts {
  readonly target: Target;
  readonly fields: readonly Field[];
  /** Lower case. */
  readonly scanHeaders: readonly string[];
  readonly subjects: readonly string[];
  readonly addresses: readonly string[];
}

/** The query stays as it stands, since only it may be masked in place; everything else is decoded for reading. */
function requestTexts(head: HeadTexts): readonly HeadText[] {
  const texts: HeadText[] = [];
  if (head.target.query !== undefined && head.target.query !== '') texts.push({ name: 'query', kind: 'query', text: head.target.query });
  texts.push({ name: 'path', kind: 'path', text: decodeSafely(head.target.path) });
  if (head.scanHeaders.length > 0) texts.push(...fieldTexts(head.fields, head.scanHeaders));
  for (const [at, text] of head.subjects.entries()) texts.push({ name: at === 0 ? 'subject' : `subject:${at + 1}`, kind: 'subject', text });
  for (const [at, text] of head.addresses.entries()) texts.push({ name: `address:${at + 1}`, kind: 'address', text });
  // The last segment is part of `path` already: a number in it must not count twice.
  for (const text of nameTexts(head.fields)) texts.push(text);
  for (const text of tusTexts(head.fields)) texts.push(text);
  return texts;
}

const NO_TEXTS: readonly HeadText[] = [];

/** What stands in the fields that a route names; lower case. */
function fieldTexts(fields: readonly Field[], scanHeaders: readonly string[]): readonly HeadText[] {
  return scanHeaders.flatMap((name) => valuesOf(fields, name).map((value, at): HeadText => ({ name: at === 0 ? name : `${name}:${at + 1}`, kind: 'field', text: decodeSafely(readable(value)) })));
}

function nameTexts(fields: readonly Field[]): readonly HeadText[] {
  const dispositions = valuesOf(fields, 'content-disposition');
  return dispositions.length === 0 ? NO_TEXTS : dispositions.flatMap(dispositionNames).map((text, at) => ({ name: `file-name:${at + 1}`, kind: 'file-name', text }));
}

/** Header bytes come as latin1; most that are not ASCII are UTF-8. */
export function readable(value: string): string {
  const utf8 = Buffer.from(value, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? value : utf8;
}

/** Two of them are one list, as the standard joins them: no type at all, so that nobody picks the one that suits them. */
function contentType(fields: readonly Field[]): string | undefined {
  const values = valuesOf(fields, 'content-type');
  return values.length < 2 ? values[0] : values.join(', ');
}

function bodyHead(fields: readonly Field[], length: number | undefined, codings: string | undefined, signedBy: readonly string[], texts: readonly HeadText[]): BodyHead {
  return {
    contentType: contentType(fields),
    contentEncoding: codings,
    contentDisposition: valueOf(fields, 'content-disposition'),
    length,
    signedBy,
    texts,
  };
}

export function requestBodyHead(head: HeadTexts): BodyHead {
  // A request that frames no body has none; an answer that frames none ends with its connection.
  const length = declaredLength(head.fields) ?? (valueOf(head.fields, 'transfer-encoding') === undefined ? 0 : undefined);
  const codings = declaredCodings(head.fields);
  return bodyHead(head.fields, length, codings, signingFields(head.fields, codings), requestTexts(head));
}

/** A digest in an answer tells of transport damage and is dropped from a changed one, so it does not stand in a mask's way. */
export function responseBodyHead(fields: readonly Field[], scanHeaders: readonly string[] = NOTHING): BodyHead {
  const names = nameTexts(fields);
  return bodyHead(fields, declaredLength(fields), declaredCodings(fields), NOTHING, scanHeaders.length === 0 ? names : [...fieldTexts(fields, scanHeaders), ...names]);
}
