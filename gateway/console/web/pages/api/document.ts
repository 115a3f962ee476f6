/** What the reader reads of the OpenAPI document: its operations, in groups, and schemas as short text. */
import type { Right } from '../../../../ports/people.js';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
  readonly description?: string;
}
interface RawOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly 'x-weir-right'?: Right | readonly Right[] | 'signed-in' | 'anyone';
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema?: Schema }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}
export interface OpenApiDocument {
  readonly info: { readonly version: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
}
export interface Listed extends RawOperation {
  readonly method: string;
  readonly path: string;
  /** First step of the path: what it is about. */
  readonly group: string;
  readonly rights: readonly (Right | 'signed-in' | 'anyone')[];
}

const PREFIX = '/api/v1/';

export function operationsOf(document: OpenApiDocument): readonly Listed[] {
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const right = operation['x-weir-right'] ?? 'signed-in';
        return { ...operation, method: method.toUpperCase(), path, group: path.replace(PREFIX, '').split('/')[0] ?? '', rights: typeof right === 'string' ? [right] : right };
      }),
    )
    .sort((a, b) => a.group.localeCompare(b.group) || a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

export function mayCall(operation: Listed, rights: ReadonlySet<Right>): boolean {
  return operation.rights.some((right) => right === 'anyone' || right === 'signed-in' || rights.has(right));
}

export function matches(operation: Listed, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const all = `${operation.method} ${operation.path} ${operation.operationId} ${operation.summary ?? ''} ${operation.rights.join(' ')}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

/** A schema as one would write it down for a colleague: `{ id: string, state?: "held" | "released" }`, one member a line. */
export function schemaText(schema: Schema | undefined, indent = ''): string {
  if (schema === undefined || Object.keys(schema).length === 0) return 'any';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => schemaText(choice, indent)).join(' | ');
  if (schema.items !== undefined) return listOf(schemaText(schema.items, indent));
  if (schema.properties !== undefined) return members(schema, indent);
  if (typeof schema.additionalProperties === 'object') return `{ [name]: ${schemaText(schema.additionalProperties, indent)} }`;
  const type = typeof schema.type === 'string' ? schema.type : (schema.type?.join(' | ') ?? 'any');
  return `${type}${bounds(schema)}`;
}

const listOf = (item: string): string => (item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`);

function members(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const note = member.description === undefined ? '' : `  // ${member.description}`;
    return `${inner}${name}${schema.required?.includes(name) === true ? '' : '?'}: ${schemaText(member, inner)}${note}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

function bounds({ format, minimum, maximum, minLength, maxLength, default: usual }: Schema): string {
  const far = (bound: number | undefined): boolean => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const range = far(minimum) || far(maximum) ? `${far(minimum) ? minimum : ''}..${far(maximum) ? maximum : ''}` : undefined;
  const length = minLength !== undefined || maxLength !== undefined ? `${minLength ?? 0}..${maxLength ?? ''} characters` : undefined;
  const notes = [format, range, length, usual === undefined ? undefined : `default ${JSON.stringify(usual)}`].filter((note) => note !== undefined);
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

/** A line to begin with; what is to be filled in stands in braces as in the path. */
export function curlLine(origin: string, { method, path, requestBody }: Listed): string {
  const body = requestBody?.content?.['application/json']?.schema;
  const example = body?.properties === undefined ? '{}' : JSON.stringify(Object.fromEntries((body.required ?? []).map((name) => [name, exampleOf(body.properties?.[name])])));
  return [`curl -H "Authorization: Bearer $TOKEN" ${origin}${path}`, ...(method === 'POST' ? [`-H 'Content-Type: application/json' -d '${example}'`] : [])].join(' ');
}

function exampleOf(schema: Schema | undefined): unknown {
  if (schema?.enum !== undefined) return schema.enum[0];
  if (schema?.type === 'boolean') return true;
  if (schema?.type === 'integer' || schema?.type === 'number') return 1;
  if (schema?.type === 'array') return [];
  return '…';
}
