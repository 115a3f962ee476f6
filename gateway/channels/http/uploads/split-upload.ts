/** Tells whether a request carries a part of something larger, and in which protocol. */
import type { Field } from '../../../ports.js';
import { valueOf, valuesOf } from '../fields.js';
import { remembered } from '../remembered.js';
import { parseTarget, type Target } from '../target.js';

export type SplitProtocol = 'tus' | 's3' | 'webdav-chunks' | 'range';

export interface SplitHead {
  readonly method: string;
  readonly target: Target;
  readonly fields: readonly Field[];
}

const WRITES: ReadonlySet<string> = new Set(['PUT', 'POST', 'PATCH', 'MOVE', 'COPY']);
/** Some servers take the method from these, whatever the request's own is. */
export const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];
/** Azure's blocks and pages, which are put together later. */
const AZURE_PARTS = /^(block|appendblock|page)$/i;
/** Nextcloud's folder of chunks; ownCloud's older form says so in a field. */
const CHUNK_FOLDER = /\/dav\/uploads\/[^/]+\/[^/]+/i;

const NO_QUERY: Pick<URLSearchParams, 'has' | 'get'> = { has: () => false, get: () => null };

/** Fields that any of the protocols below may show in, whatever they say. */
const TELLING: ReadonlySet<string> = new Set([...OVERRIDES, 'tus-resumable', 'upload-offset', 'upload-complete', 'upload-incomplete', 'oc-chunked', 'destination', 'content-range', 'x-update-range']);
const PARTIAL_TYPE = /partialupdate|multipart\/byteranges/i;
/** Fields and types that clients send, and a few more. */
const KNOWN_MOST = 1024;
const isTelling = remembered(KNOWN_MOST, (name) => TELLING.has(name.toLowerCase()));
const isContentType = remembered(KNOWN_MOST, (name) => name.toLowerCase() === 'content-type');
const isPartialType = remembered(KNOWN_MOST, (type) => PARTIAL_TYPE.test(type));
/** By the paths that are asked for again. */
const plainPaths = new WeakMap<Target, boolean>();

function isPlainPath(target: Target): boolean {
  let plain = plainPaths.get(target);
  if (plain === undefined) {
    plain = target.query === undefined && !target.readings.some((reading) => CHUNK_FOLDER.test(reading));
    plainPaths.set(target, plain);
  }
  return plain;
}

/** Nothing anywhere that a protocol could show in: what most requests are. */
function isPlain({ target, fields }: SplitHead): boolean {
  for (const [name, value] of fields) if (isTelling(name) || (isContentType(name) && isPartialType(value))) return false;
  return isPlainPath(target);
}

/** Undefined: whatever the request carries is whole. */
export function splitProtocol(head: SplitHead): SplitProtocol | undefined {
  return isPlain(head) ? undefined : shownProtocol(head);
}

function shownProtocol({ method, target, fields }: SplitHead): SplitProtocol | undefined {
  const has = (name: string): boolean => valueOf(fields, name) !== undefined;
  if (!WRITES.has(method) && !OVERRIDES.some(has)) return undefined;
  if (has('tus-resumable') || has('upload-offset') || has('upload-complete') || has('upload-incomplete')) return 'tus';
  const query = target.query === undefined ? NO_QUERY : new URLSearchParams(target.query);
  if (query.has('uploadId') || query.has('partNumber')) return 's3';
  if (has('oc-chunked') || target.readings.some((reading) => CHUNK_FOLDER.test(reading)) || leadsToChunks(method, fields)) return 'webdav-chunks';
  // Objects that grow with each request, as the stores of Aliyun, Tencent and Huawei have them.
  if ((query.has('append') && query.has('position')) || AZURE_PARTS.test(query.get('comp') ?? '')) return 'range';
  const types = valuesOf(fields, 'content-type').join(',');
  if (has('content-range') || has('x-update-range') || PARTIAL_TYPE.test(types)) return 'range';
  return undefined;
}

/** What is put among chunks from elsewhere never passes here as a chunk. */
function leadsToChunks(method: string, fields: readonly Field[]): boolean {
  if (method !== 'MOVE' && method !== 'COPY') return false;
  return valuesOf(fields, 'destination').some((value) => {
    const readings = parseTarget(value.trim())?.readings;
    return readings === undefined || readings.some((reading) => CHUNK_FOLDER.test(reading));
  });
}
