/** What reviewers tell each other about a message. */
import type { CommentsLedger, Deciders, MessageComment } from '../ports.js';
import { commentAnswer, commentBody, commentsAnswer } from './comments-schemas.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { messageParams, noBody, noQuery } from './schemas.js';

export interface CommentsPorts {
  readonly comments: CommentsLedger;
  readonly deciders: Deciders;
}

export function commentsOperations({ comments, deciders }: CommentsPorts): readonly Operation[] {
  const authors = async (): Promise<ReadonlyMap<string, string>> => new Map((await deciders.list()).map(({ id, displayName }) => [id, displayName]));
  const view = (comment: MessageComment, known: ReadonlyMap<string, string>) => ({
    n: comment.n,
    at: comment.at.toISOString(),
    actor: comment.actor,
    author: comment.accountId === undefined ? undefined : known.get(comment.accountId),
    text: comment.text,
  });
  return [
    operation({
      id: 'listComments',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}/comments',
      summary: 'What people have said about a message, first to last.',
      params: messageParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: commentsAnswer,
      problems: ['not-found', 'ledger-unavailable'],
      run: async ({ params }) =>
        away(async () => {
          const known = await authors();
          return { comments: (await comments.list(params.id)).map((comment) => view(comment, known)) };
        }),
    }),
    operation({
      id: 'addComment',
      method: 'post',
      right: 'messages.read',
      path: '/messages/{id}/comments',
      summary: 'Say something about a message to those who decide. Stored unsealed: numbers are refused.',
      params: messageParams,
      query: noQuery,
      body: commentBody,
      status: 200,
      answer: commentAnswer,
      problems: ['not-found', 'too-many', 'ledger-unavailable'],
      async run({ params, body: { text }, caller }) {
        const added = await away(() => comments.add(params.id, { actor: caller.actor, accountId: caller.accountId, text }));
        if (added === 'not-found' || added === 'too-many') throw new ApiProblem(added);
        return view(added, await away(authors));
      },
    }),
  ];
}
