/** One operation of the API as one object: what it takes, what it gives, and what it does. The router and openapi.json are made from it. */
import { z } from 'zod';
import type { Caller, Right, Visit } from '../ports.js';
import { hasNumberShape } from './number-shape.js';
import { ApiProblem, type Language, type ProblemCode } from './problem.js';
import { CONTROL_CHARACTER, NUMBER_IN_TEXT } from './schemas.js';

export interface OperationSpec<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly method: 'get' | 'post';
  /** What the caller's roles must allow, of a list any one; `anyone` needs no sign-in at all, `signed-in` no particular role. */
  readonly right: Right | readonly Right[] | 'signed-in' | 'anyone';
  /** A refusal may be a guess at a secret: they are counted per address, and too many close the door. */
  readonly guesses?: boolean | undefined;
  /** With `{name}` for parameters, below /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Bytes a body may have, where it may be longer than most. */
  readonly bodyMost?: number | undefined;
  /** 303: the answer is `{ location }`, and the browser is sent there. */
  readonly status: 200 | 202 | 303;
  /** Of a JSON answer; with `media`, of nothing. */
  readonly answer: A;
  /** Set when the answer is not JSON: `run` then gives a Stream. */
  readonly media?: string | undefined;
  /** Beyond those every operation has. */
  readonly problems: readonly ProblemCode[];
  run(call: { readonly params: z.output<P>; readonly query: z.output<Q>; readonly body: z.output<B>; readonly caller: Caller; readonly visit: Visit }): Promise<z.output<A>>;
}

/** An answer that is sent as it comes. */
export interface Stream {
  readonly type: string;
  /** Given when a browser is to save it. */
  readonly fileName?: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}
/** The answer schema of operations with `media`. */
export const streamAnswer = z.custom<Stream>();

interface RawCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly caller: Caller;
  readonly visit: Visit;
  readonly language: Language;
}
/** An operation whose types have been checked and folded away. */
export interface Operation extends Omit<OperationSpec, 'run'> {
  run(raw: RawCall): Promise<unknown>;
}

export function operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(spec: OperationSpec<P, Q, B, A>): Operation {
  return {
    ...spec,
    async run({ params, query, body, caller, visit, language }) {
      const name = spec.params.safeParse(params);
      // A name that cannot exist is a name that does not exist.
      if (!name.success) throw new ApiProblem('not-found');
      const asked = spec.query.safeParse(query, { error: ERROR_SENTENCES[language] });
      const given = spec.body.safeParse(body, { error: ERROR_SENTENCES[language] });
      if (!asked.success || !given.success) {
        throw new ApiProblem('invalid-request', { problems: [...issues('query', asked, language), ...issues('body', given, language)] });
      }
      return spec.run({ params: name.data, query: asked.data, body: given.data, caller, visit });
    },
  };
}

const ERROR_SENTENCES = { en: z.locales.en().localeError, zh: z.locales.zhCN().localeError } as const;
const UNKNOWN_KEY = 'unknown-key';
const WORDS_OF_ISSUES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  [NUMBER_IN_TEXT]: {
    en: 'Looks as if a personal number stood in it (eleven or more digits). This text is stored unsealed: refer to the incident id instead.',
    zh: '其中疑似含有个人号码（十一位以上数字）。此文字不加密保存，请改用事件编号指代。',
  },
  [UNKNOWN_KEY]: { en: 'There is a key that this operation does not know.', zh: '含有此操作不支持的字段。' },
  [CONTROL_CHARACTER]: { en: 'Contains a control character.', zh: '含有控制字符。' },
  'either-filter-or-ids': { en: 'Name either a filter or ids.', zh: '请在筛选条件与编号列表中选择其一。' },
  'empty-scope': { en: 'Name at least one list, or leave the scope out: it then covers everything.', zh: '请至少指定一项范围；若不限范围，请省略该字段。' },
  'account-with-assign': { en: 'An account belongs to the action `assign`, and only there.', zh: '仅在操作为 `assign` 时须指定账号。' },
};

/** zod names the keys it does not know; a number among them is not said back. */
function quotesNumber(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'unrecognized_keys' && issue.keys.some(hasNumberShape);
}

function issues(where: 'query' | 'body', result: z.ZodSafeParseResult<unknown>, language: Language): readonly { in: string; path: string; message: string }[] {
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    in: where,
    path: issue.path.map(String).join('.'),
    message: WORDS_OF_ISSUES[quotesNumber(issue) ? UNKNOWN_KEY : issue.message]?.[language] ?? issue.message,
  }));
}
