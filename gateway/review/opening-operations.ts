/** Opening an original: a person with the right says why, gets five minutes, and each look is on record before anything is shown. */
import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../ports.js';
import { away } from './away.js';
import { messageOf, vaulted, withKey, type ContentPorts } from './content-ports.js';
import { openAnswer, openBody, openingQuery, valuesAnswer } from './opening-schemas.js';
import { operation, streamAnswer, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { messageParams, noBody, noQuery } from './schemas.js';

const TOKEN_BYTES = 32;
const FILE_TYPE = 'application/octet-stream';

/** Neither a token nor the start-up token: a look at an original is a person's. */
function personOf({ kind, accountId, actor }: Caller): { readonly accountId: string; readonly actor: string } {
  if (kind !== 'person' || accountId === undefined) throw new ApiProblem('person-needed');
  return { accountId, actor };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export function openingOperations(ports: ContentPorts): readonly Operation[] {
  const { ledger, preview, openings } = ports;
  const read = async (caller: Caller, messageId: string, what: 'values' | 'file', token: string): Promise<Date> => {
    const person = personOf(caller);
    const opened = await away(() => openings.read({ tokenHash: hashOf(token), messageId, what, ...person }));
    if (opened === undefined) throw new ApiProblem('opening-void');
    return opened.expiresAt;
  };
  return [
    operation({
      id: 'openMessage',
      method: 'post',
      right: 'messages.open',
      path: '/messages/{id}/open',
      summary: 'Open the values behind the findings, or the file as it came, for five minutes. The audit keeps who did and that a reason was given.',
      params: messageParams,
      query: noQuery,
      body: openBody,
      status: 200,
      answer: openAnswer,
      problems: ['not-found', 'person-needed', 'key-absent', 'content-gone', 'too-many-openings', 'ledger-unavailable'],
      async run({ params, body: { what, reason }, caller }) {
        const person = personOf(caller);
        withKey(preview);
        const message = await messageOf(ledger, params.id);
        const token = randomBytes(TOKEN_BYTES).toString('base64url');
        const result = await away(() => openings.open({ tokenHash: hashOf(token), messageId: message.id, what, reason, ...person }));
        if (result.kind === 'not-found') throw new ApiProblem('not-found');
        if (result.kind === 'too-many') throw new ApiProblem('too-many-openings');
        return { opening: token, expiresAt: result.expiresAt.toISOString() };
      },
    }),
    operation({
      id: 'messageValues',
      method: 'get',
      right: 'messages.open',
      path: '/messages/{id}/values',
      summary: 'The values behind the findings, with an opening of `values`.',
      params: messageParams,
      query: openingQuery,
      body: noBody,
      status: 200,
      answer: valuesAnswer,
      problems: ['not-found', 'person-needed', 'opening-void', 'key-absent', 'content-gone', 'content-damaged', 'ledger-unavailable'],
      async run({ params, query, caller }) {
        const looking = withKey(preview);
        const message = await messageOf(ledger, params.id);
        const expiresAt = await read(caller, message.id, 'values', query.opening);
        const values = await vaulted(() => looking.values(message));
        const found = Object.values(message.findingCounts).reduce((sum, count) => sum + count, 0);
        return { values: values.map(({ finding, detector, part, value }) => ({ finding, detector, part, value })), missing: Math.max(0, found - values.length), expiresAt: expiresAt.toISOString() };
      },
    }),
    operation({
      id: 'messageOriginal',
      method: 'get',
      right: 'messages.open',
      path: '/messages/{id}/original',
      summary: 'The body as it came, to be saved, with an opening of `file`.',
      params: messageParams,
      query: openingQuery,
      body: noBody,
      status: 200,
      answer: streamAnswer,
      media: FILE_TYPE,
      problems: ['not-found', 'person-needed', 'opening-void', 'key-absent', 'content-gone', 'content-damaged', 'ledger-unavailable'],
      async run({ params, query, caller }) {
        const looking = withKey(preview);
        const message = await messageOf(ledger, params.id);
        await read(caller, message.id, 'file', query.opening);
        const { body } = await vaulted(() => looking.original(message.id));
        // A name of our own: the sender's may be made to be opened.
        return { type: FILE_TYPE, fileName: `weir-${message.id}.bin`, body };
      },
    }),
  ];
}
