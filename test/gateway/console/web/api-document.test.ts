import { describe, expect, it } from '@jest/globals';
import { curlLine, matches, mayCall, operationsOf, schemaText, type OpenApiDocument } from '../../../../gateway/console/web/pages/api/document.js';

const document: OpenApiDocument = {
  info: { version: '1' },
  paths: {
    '/api/v1/policy/validate': { post: { operationId: 'validatePolicy', summary: 'Would it be accepted?', 'x-weir-right': 'policy.read', requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['yaml'], properties: { yaml: { type: 'string' }, strict: { type: 'boolean' } } } } } } } },
    '/api/v1/accounts': { get: { operationId: 'listAccounts', 'x-weir-right': ['accounts.manage', 'grants.approve'] } },
    '/api/v1/session': { get: { operationId: 'getSession', 'x-weir-right': 'anyone' } },
  },
};
const all = operationsOf(document);
const one = (id: string) => {
  const found = all.find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('the reader of the API’s description', () => {
  it('lists operations in groups', () => {
    expect(all.map(({ group, method }) => `${group} ${method}`)).toEqual(['accounts GET', 'policy POST', 'session GET']);
  });

  it('knows who may call what', () => {
    const may = (rights: Parameters<typeof mayCall>[1]) => all.filter((operation) => mayCall(operation, rights)).map(({ operationId }) => operationId);
    expect(may(new Set())).toEqual(['getSession']);
    expect(may(new Set(['grants.approve'] as const))).toEqual(['listAccounts', 'getSession']);
  });

  it('finds by every word of the search', () => {
    expect(all.filter((operation) => matches(operation, 'POST accepted')).map(({ operationId }) => operationId)).toEqual(['validatePolicy']);
    expect(all.filter((operation) => matches(operation, ''))).toHaveLength(3);
  });

  it('writes schemas down shortly', () => {
    expect(schemaText({ type: 'object', required: ['a'], properties: { a: { type: 'string', maxLength: 5 }, b: { type: 'array', items: { enum: ['x', 'y'] } }, c: { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }] } } })).toBe(
      '{\n  a: string (0..5 characters)\n  b?: ("x" | "y")[]\n  c?: integer (1..) | null\n}',
    );
    expect([schemaText(undefined), schemaText({}), schemaText({ additionalProperties: { type: 'number' } })]).toEqual(['any', 'any', '{ [name]: number }']);
  });

  it('gives a line to begin with', () => {
    expect(curlLine('http://h', one('validatePolicy'))).toBe(`curl -H "Authorization: Bearer $TOKEN" http://h/api/v1/policy/validate -H 'Content-Type: application/json' -d '{"yaml":"…"}'`);
    expect(curlLine('http://h', one('listAccounts'))).toBe('curl -H "Authorization: Bearer $TOKEN" http://h/api/v1/accounts');
  });
});
