/** The OpenAPI 3.1 document, made from the operations themselves so that it cannot disagree with them. */
import { z } from 'zod';
import type { Operation } from './operation.js';
import { PROBLEMS, type ProblemCode } from './problem.js';
import { problemAnswer } from './schemas.js';

/** What any operation may answer, beside its own problems. */
const EVERYWHERE: readonly ProblemCode[] = ['invalid-request', 'unauthorized', 'forbidden', 'too-many-attempts', 'internal'];
const WITH_BODY: readonly ProblemCode[] = ['too-large', 'unsupported-type'];

export function openApiDocument(operations: readonly Operation[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    (paths[`/api/v1${operation.path}`] ??= {})[operation.method] = {
      operationId: operation.id,
      summary: operation.summary,
      security: operation.right === 'anyone' ? [] : [{ token: [] }, { session: [] }],
      'x-weir-right': operation.right,
      parameters: [...parameters('path', operation.params), ...parameters('query', operation.query)],
      ...(hasBody(operation) ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(operation.body, 'input') } } } } : {}),
      responses: {
        [operation.status]: { description: 'Done.', content: contentOf(operation) },
        ...problemResponses([...EVERYWHERE, ...(hasBody(operation) ? WITH_BODY : []), ...operation.problems]),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Weir review API', version, description: 'Look at held messages and decide about them. Nothing here carries a value: findings are masked.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'weir_session' } },
      schemas: { Problem: schemaOf(problemAnswer, 'output') },
    },
  };
}

function contentOf({ media, answer }: Operation): Record<string, unknown> {
  return media === undefined ? { 'application/json': { schema: schemaOf(answer, 'output') } } : { [media]: {} };
}

const hasBody = (operation: Operation): boolean => operation.method === 'post';

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', reused: 'inline' });
  return rest;
}

function parameters(place: 'path' | 'query', schema: z.ZodType): readonly Record<string, unknown>[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', reused: 'inline' });
  return Object.entries(properties).map(([name, property]) => ({ name, in: place, required: required.includes(name), schema: property }));
}

function problemResponses(codes: readonly ProblemCode[]): Record<string, unknown> {
  const responses: Record<string, unknown> = {};
  for (const code of codes) {
    const [status, title] = PROBLEMS[code];
    responses[status] = {
      description: `${title} (\`${code}\`)`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}
