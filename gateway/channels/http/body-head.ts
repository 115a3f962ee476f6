/** What decoders may know of a body before its first byte: its declared type, what signs it, and the texts of the head that are scanned. */
import { digestFate, isDigestField } from '../../digest-fields.js';
import type { BodyHead, Field, HeadText } from '../../ports.js';
import { dispositionNames } from './content-disposition.js';
import { tokensOf, valueOf, valuesOf } from './fields.js';
import { decodeSafely, type Target } from './target.js';

/** Names, lower case, of the fields that sign or hash the body, trailers announced in the head included. */
export function signingFields(fields: readonly Field[]): readonly string[] {
  const stated = fields.filter(([name, value]) => isDigestField(name) && digestFate(name, value) !== undefined).map(([name]) => name.toLowerCase());
  const announced = [...tokensOf(fields, 'trailer'), ...tokensOf(fields, 'x-amz-trailer')].filter(isDigestField);
  return [...new Set([...stated, ...announced])];
}

/** Names the head shows: Content-Disposition's, and the target's last segment where it looks like one. */
export function fileNames(fields: readonly Field[], path: string): readonly string[] {
  const last = decodeSafely(path.slice(path.lastIndexOf('/') + 1));
  const names = valuesOf(fields, 'content-disposition').flatMap(dispositionNames);
  return [...new Set([...names, ...(/\.[^.\s]{1,16}$/.test(last) ? [last] : [])])];
}

/** Declared bytes; the parser has already refused a length that is not one number. */
export function declaredLength(fields: readonly Field[]): number | undefined {
  const value = valueOf(fields, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

export function mediaType(fields: readonly Field[]): string | undefined {
  const type = contentType(fields)?.split(';')[0]?.trim().toLowerCase();
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
  for (const name of head.scanHeaders) {
    valuesOf(head.fields, name).forEach((value, at) => texts.push({ name: at === 0 ? name : `${name}:${at + 1}`, kind: 'field', text: decodeSafely(readable(value)) }));
  }
  head.subjects.forEach((text, at) => texts.push({ name: at === 0 ? 'subject' : `subject:${at + 1}`, kind: 'subject', text }));
  head.addresses.forEach((address, at) => texts.push({ name: `address:${at + 1}`, kind: 'address', text: address }));
  // The last segment is part of `path` already: a number in it must not count twice.
  return [...texts, ...nameTexts(head.fields)];
}

function nameTexts(fields: readonly Field[]): readonly HeadText[] {
  return valuesOf(fields, 'content-disposition').flatMap(dispositionNames).map((text, at) => ({ name: `file-name:${at + 1}`, kind: 'file-name', text }));
}

/** Header bytes come as latin1; most that are not ASCII are UTF-8. */
export function readable(value: string): string {
  const utf8 = Buffer.from(value, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? value : utf8;
}

/** Two of them are one list, as the standard joins them: no type at all, so that nobody picks the one that suits them. */
function contentType(fields: readonly Field[]): string | undefined {
  const values = valuesOf(fields, 'content-type');
  return values.length === 0 ? undefined : values.join(', ');
}

function bodyHead(fields: readonly Field[], length: number | undefined, signedBy: readonly string[], texts: readonly HeadText[]): BodyHead {
  const codings = tokensOf(fields, 'content-encoding').filter((coding) => coding !== 'identity');
  return {
    contentType: contentType(fields),
    contentEncoding: codings.length === 0 ? undefined : codings.join(', '),
    contentDisposition: valueOf(fields, 'content-disposition'),
    length,
    signedBy,
    texts,
  };
}

export function requestBodyHead(head: HeadTexts): BodyHead {
  // A request that frames no body has none; an answer that frames none ends with its connection.
  const length = declaredLength(head.fields) ?? (valueOf(head.fields, 'transfer-encoding') === undefined ? 0 : undefined);
  return bodyHead(head.fields, length, signingFields(head.fields), requestTexts(head));
}

/** A digest in an answer tells of transport damage and is dropped from a changed one, so it does not stand in a mask's way. */
export function responseBodyHead(fields: readonly Field[]): BodyHead {
  return bodyHead(fields, declaredLength(fields), [], nameTexts(fields));
}
