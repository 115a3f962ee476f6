/** Every failure Weir tells anyone about: a stable code, a public sentence, and a cause that never leaves the process. */

/** code → HTTP status and the sentence a sender may read (en, zh). No sentence names a detector or a value. */
export const ERRORS = {
  'bad-request': [400, 'The request is malformed.', '请求格式不正确。'],
  'client-aborted': [400, 'The request ended before its body was complete.', '请求体未传完即中断。'],
  'length-mismatch': [400, 'The body does not match its declared length.', '请求体长度与声明不符。'],
  'malformed-body': [400, 'The body could not be read to its end.', '请求体无法完整读取。'],
  'no-route': [404, 'No route of this gateway matches the request.', '没有与此请求匹配的路由。'],
  'head-timeout': [408, 'The request took too long to arrive.', '请求到达超时。'],
  'body-timeout': [408, 'The request body took too long to arrive.', '请求体到达超时。'],
  'too-large': [413, 'The body is larger than this route allows.', '请求体超过此路由允许的大小。'],
  'head-too-large': [431, 'The request head is larger than this gateway allows.', '请求头超过网关允许的大小。'],
  'expectation-failed': [417, 'The expectation cannot be met.', '无法满足 Expect 要求。'],
  'upgrade-refused': [403, 'This route does not allow protocol upgrades.', '此路由不允许协议升级。'],
  'stream-refused': [403, 'This route must read a body to its end before it lets it go, so endless streams are refused.', '此路由须完整检查内容后才放行，不支持持续流。'],
  'upload-split': [403, 'This content comes in parts that cannot be checked one by one, so it was refused. Send it in one piece.', '内容被拆分为多次上传，无法逐段检查，因此被拒绝。请一次性上传。'],
  'upstream-unreachable': [502, 'The destination could not be reached.', '无法连接目标服务器。'],
  'upstream-reset': [502, 'The destination closed the connection.', '目标服务器中断了连接。'],
  'upstream-invalid': [502, 'The destination answered in a way that could not be understood.', '目标服务器的应答无法识别。'],
  'answer-too-large': [502, 'The answer of the destination is larger than this route allows.', '目标服务器的应答超过此路由允许的大小。'],
  'upstream-timeout': [504, 'The destination took too long to answer.', '目标服务器应答超时。'],
  'scan-failed': [503, 'The content could not be checked, so it was not sent. Try again later.', '内容未能完成检查，因此没有发出，请稍后重试。'],
  'unscannable': [403, 'Part of the content could not be checked, so the transfer was stopped.', '部分内容无法检查，传输已中止。'],
  'mask-failed': [503, 'The content could not be changed safely, so it was not sent.', '内容无法安全处理，因此没有发出。'],
  'hold-unavailable': [503, 'The content has to be kept for review, and this is not possible now. Nothing was sent; try again later.', '内容需要留存待审，目前无法留存。内容没有发出，请稍后重试。'],
  'vault-full': [507, 'The content has to be kept for review, and there is no space left. Nothing was sent.', '内容需要留存待审，但存储空间不足。内容没有发出。'],
  'spool-full': [507, 'There is no space left to receive the content.', '接收内容的空间不足。'],
  'shutting-down': [503, 'The gateway is shutting down. Try again shortly.', '网关正在停止，请稍后重试。'],
  'mail-bare-line-end': [400, 'The message has line ends that mail does not allow, or NUL bytes.', '邮件含有不符合规范的换行或空字节。'],
  'mail-line-too-long': [400, 'The message has a line that is longer than this gateway allows.', '邮件含有超过网关允许长度的行。'],
  'mail-loop': [400, 'The message has passed through more servers than a message ever needs; it goes in a circle.', '邮件经过的服务器过多，可能在循环转发。'],
  'mail-deadline': [503, 'The message could not be checked and delivered in time. Nothing was sent; try again later.', '未能在限定时间内完成检查和投递。邮件没有发出，请稍后重试。'],
  'internal': [500, 'Something went wrong in the gateway; nothing was sent.', '网关内部出错，内容没有发出。'],
} as const satisfies Record<string, readonly [status: number, en: string, zh: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** Carries a code for people and machines; `cause` is for the log's error *code* only: messages of causes may quote content. */
export class WeirError extends Error {
  override readonly name = 'WeirError';
  constructor(readonly code: ErrorCode, options?: { readonly cause?: unknown }) {
    super(ERRORS[code][1], options);
  }
  get status(): number { return ERRORS[this.code][0]; }
  sentence(language: 'en' | 'zh'): string { return language === 'en' ? ERRORS[this.code][1] : ERRORS[this.code][2]; }
}

/** The error as it is, or `fallback` around whatever was thrown. */
export function asWeirError(thrown: unknown, fallback: ErrorCode): WeirError {
  return thrown instanceof WeirError ? thrown : new WeirError(fallback, { cause: thrown });
}

/** What a log may say of a cause: its system or library code and class name, never its message. */
export function causeCode(thrown: unknown): string {
  if (thrown instanceof WeirError && thrown.cause === undefined) return thrown.code;
  const inner = thrown instanceof WeirError ? thrown.cause : thrown;
  // By shape, not by class: errors of the platform may come from another realm (jest) or be a DOMException.
  if (typeof inner === 'object' && inner !== null) {
    const { code, name } = inner as { code?: unknown; name?: unknown };
    for (const word of [code, name]) if (typeof word === 'string' && /^[A-Za-z0-9_]{1,40}$/.test(word)) return word;
  }
  return typeof inner;
}

/**
 * The ledger did not do what was asked. `unavailable`: nothing was written, try again later. `in-doubt`: it may have been
 * written (HC 30). `refused`: the database said no. The library's own error is not kept: its text may quote content.
 */
export class LedgerFailure extends Error {
  override readonly name = 'LedgerFailure';
  readonly code: 'LEDGER_UNAVAILABLE' | 'LEDGER_IN_DOUBT' | 'LEDGER_REFUSED';
  constructor(readonly kind: 'unavailable' | 'in-doubt' | 'refused', readonly sqlState: string | undefined) {
    const code = ({ unavailable: 'LEDGER_UNAVAILABLE', 'in-doubt': 'LEDGER_IN_DOUBT', refused: 'LEDGER_REFUSED' } as const)[kind];
    super(code);
    this.code = code;
  }
}
