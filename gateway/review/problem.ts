/** What the API says when it says no: RFC 9457 documents with a stable code, in Chinese or English. */
import type { Response } from 'express';

export type Language = 'en' | 'zh';

/** code → status and title (en, zh). Clients branch on the code; it also closes the document's `type`. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not valid.', '请求内容无效。'],
  unauthorized: [401, 'Sign in, or send a valid token: Authorization: Bearer <token>.', '请先登录，或提供有效令牌：Authorization: Bearer <token>。'],
  'set-up-ended': [401, 'The start-up token is void since the three administrators are active. Sign in, or use a token of your account (weir token add).', '三名管理员均已启用，启动令牌已失效。请登录，或使用账号令牌（weir token add）。'],
  'step-needed': [401, 'Sign-in is not complete: a step is still to be done.', '登录尚未完成：还有步骤需要完成。'],
  'sign-in-failed': [401, 'Name, password or code is not right.', '账号、密码或验证码不正确。'],
  'cross-site': [403, 'A change must come from the console itself (X-Weir-CSRF, same origin).', '修改操作必须来自控制台本身（X-Weir-CSRF，同源）。'],
  'account-disabled': [403, 'This account is disabled. An administrator can enable it.', '此账号已停用，请联系管理员启用。'],
  'person-needed': [403, 'Only a person who is signed in may do this, not a token.', '此操作须由本人登录后进行，不能使用令牌。'],
  'invitation-void': [404, 'This link was used already, has expired, or never existed. Ask for a new one.', '此链接已使用、已过期或不存在，请重新索取。'],
  forbidden: [403, 'Your roles do not allow this.', '您的角色无权执行此操作。'],
  'not-found': [404, 'There is nothing here by that name.', '未找到所请求的内容。'],
  'method-not-allowed': [405, 'This address does not allow that method.', '此地址不支持该方法。'],
  'wrong-state': [409, 'The message is not in a state that allows this.', '消息当前状态不允许此操作。'],
  'no-such-recipients': [409, 'None or not all of these recipients wait in this message. Look at it again: somebody may have decided about some of them.', '这些收件人并非都在此消息中等待处理。请重新查看：可能已有人处理了其中一部分。'],
  'rescan-found-more': [409, 'Scanned again, it holds more than its masks cover, so it cannot leave masked. Release the original, or reject it.', '重新扫描发现了现有遮盖未覆盖的内容，不能以遮盖形式放行。请放行原文或拒绝。'],
  'not-maskable': [409, 'Something was found in it where no mask can be written, such as in a PDF, so it cannot leave masked. Release the original, or reject it.', '在无法遮盖的位置（如 PDF 中）发现了内容，不能以遮盖形式放行。请放行原件或拒绝。'],
  'rescan-open': [409, 'It is still to be scanned again with what runs now, or that scan was given up: until it has ended well, it cannot leave masked. Wait, or have the job tried again.', '尚未用当前策略与检测器完成重新扫描，或扫描已被放弃：完成之前不能以遮盖形式放行。请稍候，或重试该任务。'],
  'job-state': [409, 'The job is not in a state that allows this: only a dead one is tried again, and only while its message still needs it.', '该任务当前状态不允许此操作：仅可重试已放弃、且其消息仍需要的任务。'],
  'not-an-assignee': [409, 'This person may not decide about this message.', '此人无权处理该消息。'],
  'preview-void': [409, 'This preview has ended: it is good for five minutes, once, for the account that asked and the action it named. Ask for a new one.', '此预览已失效：预览仅在五分钟内、由本人、按所选操作使用一次有效。请重新预览。'],
  'too-many': [409, 'There are as many of these as there may be.', '数量已达上限。'],
  'too-many-streams': [503, 'Too many consoles are listening for changes. This one can ask again later.', '监听变更的控制台过多，请稍后重试。'],
  'proposal-state': [409, 'This is not in a state that allows this: it was decided, has ended, or another one is open for the same route.', '当前状态不允许此操作：已作出决定、已结束，或同一路由已有未结束的申请。'],
  'own-proposal': [409, 'Who proposed it cannot approve it: a second person must.', '不能批准本人提出的申请，须由另一人批准。'],
  'exceptions-full': [409, 'As many exceptions are in force as may be. End some first.', '生效中的例外已达上限，请先结束部分例外。'],
  'exception-scope': [409, 'Only an exception bound to sender, destination and detector together may cover findings of high confidence.', '只有同时限定发送人、目的地与检测器的例外，才可覆盖高置信度的发现。'],
  'same-person': [409, 'Who approved first cannot be the second person.', '第二人审批不得由首次批准者本人完成。'],
  'opening-void': [403, 'This opening has ended or never was: it is good for five minutes, for one account and message. Open the original again and say why.', '查看授权已失效：仅在五分钟内对本人和该消息有效。请重新填写理由并打开。'],
  'too-many-openings': [429, 'Too many originals were opened within an hour. Wait, or ask another person.', '一小时内打开原文次数过多，请稍候或请他人处理。'],
  'too-many-tests': [429, 'This sink was tested often just now. Wait a few minutes.', '此通道刚测试过多次，请稍候几分钟。'],
  'exception-refused': [409, 'Such an exception cannot be proposed.', '不能提出这样的例外。'],
  'content-gone': [410, 'The content is no longer kept: it was sent, refused or its time was over.', '内容已不再保存：已发出、已拒绝或已到期。'],
  'content-damaged': [500, 'The sealed content does not open as it was sealed. It was altered or the disk has failed; tell whoever runs the gateway.', '密封内容无法按原样打开：可能被改动或磁盘损坏，请通知网关管理员。'],
  'key-absent': [503, 'The review key is not on this node: content can be shown only where it is.', '本节点没有审核密钥，只能在持有密钥的节点查看内容。'],
  'wrong-step': [409, 'This step is not the one that is due.', '当前不是此步骤。'],
  'account-state': [409, 'The account is not in a state that allows this.', '账号当前状态不允许此操作。'],
  'name-taken': [409, 'This name is taken.', '此名称已被使用。'],
  'grant-refused': [409, 'The rules on roles do not allow this.', '角色规则不允许此操作。'],
  'weak-password': [422, 'This password is too easy to guess.', '此密码过于简单。'],
  'too-large': [413, 'The request body is too large.', '请求体过大。'],
  misdirected: [421, 'From this machine, ask under an IP address or localhost.', '在本机请使用 IP 地址或 localhost 访问。'],
  'unsupported-type': [415, 'Send the body as uncompressed application/json in UTF-8.', '请以未压缩的 application/json（UTF-8）发送请求体。'],
  'too-many-attempts': [429, 'Too many failed attempts from this address. Wait and try again.', '此地址认证失败次数过多，请稍后再试。'],
  locked: [429, 'Too many failed attempts for this name. Wait and try again.', '此账号失败次数过多，已暂时锁定，请稍后再试。'],
  busy: [503, 'Too many sign-ins at once. Try again in a moment.', '同时登录的人数过多，请稍后再试。'],
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
