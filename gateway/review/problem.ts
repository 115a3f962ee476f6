/** What the API says when it says no: RFC 9457 documents with a stable code, in Chinese or English. */
import type { Response } from 'express';

export type Language = 'en' | 'zh';

/** code → status and title (en, zh). Clients branch on the code; it also closes the document's `type`. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not valid.', '请求内容无效。'],
  unauthorized: [401, 'A valid token is needed: Authorization: Bearer <token>.', '需要有效令牌：Authorization: Bearer <token>。'],
  forbidden: [403, 'Your roles do not allow this.', '您的角色无权执行此操作。'],
  'not-found': [404, 'There is nothing here by that name.', '未找到所请求的内容。'],
  'method-not-allowed': [405, 'This address does not allow that method.', '此地址不支持该方法。'],
  'wrong-state': [409, 'The message is not in a state that allows this.', '消息当前状态不允许此操作。'],
  'too-large': [413, 'The request body is too large.', '请求体过大。'],
  misdirected: [421, 'From this machine, ask under an IP address or localhost.', '在本机请使用 IP 地址或 localhost 访问。'],
  'unsupported-type': [415, 'Send the body as uncompressed application/json in UTF-8.', '请以未压缩的 application/json（UTF-8）发送请求体。'],
  'too-many-attempts': [429, 'Too many failed attempts from this address. Wait and try again.', '此地址认证失败次数过多，请稍后再试。'],
  internal: [500, 'Something went wrong in the gateway.', '网关内部出错。'],
  'ledger-unavailable': [503, 'The ledger cannot be reached now. Look at the message again before you repeat a decision.', '台账暂时不可用。再次操作之前，请先确认消息的当前状态。'],
} as const satisfies Record<string, readonly [status: number, en: string, zh: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemExtras = Readonly<Record<string, unknown>>;

/** Thrown by handlers, caught once in the app. `cause` is for the log's error code only. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly code: ProblemCode,
    readonly extras: ProblemExtras = {},
    options?: { readonly cause?: unknown },
  ) {
    super(PROBLEMS[code][1], options);
  }
  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

export function sendProblem(response: Response, problem: ApiProblem, language: Language, requestId: string): void {
  const [status, en, zh] = PROBLEMS[problem.code];
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .vary('Accept-Language')
    .set('Content-Language', language === 'zh' ? 'zh-CN' : 'en')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:weir:problem:${problem.code}`,
        title: language === 'zh' ? zh : en,
        status,
        code: problem.code,
        ...problem.extras,
        requestId,
      }),
    );
}
