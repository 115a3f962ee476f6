/** Feishu's (Lark's) custom bot: a card of plain-text elements, signed in the body; its verdict is a code in the answer's body. */
import { createHmac } from 'node:crypto';
import type { AlertMessage, Severity, Sink } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { post } from './post.js';
import { SLOW, throwForRobot, type RobotCodes } from './robot-answer.js';
import { addressOf, pem, type ConfigOf, type SinkSurroundings } from './settings.js';
import { byteLength, plainLiteral } from './text.js';
import { wordsFor } from './words.js';

/** "20 KB" of the whole body, read the narrower way. */
export const FEISHU_MOST_BYTES = 20_000;
const BEFORE_TOKEN = 'https://open.feishu.cn/open-apis/bot/v2/hook/';
const COLOURS: Readonly<Record<Severity, string>> = { info: 'grey', low: 'blue', medium: 'yellow', high: 'orange', critical: 'red' };

const CODES: RobotCodes = {
  prefix: 'FEISHU',
  field: 'code',
  slowDown: { 11232: SLOW.minute, 11233: SLOW.minute, 99991400: SLOW.minute },
  // Parameters, token, bot or message type refused; signature or time, address, keyword; too long; malformed.
  never: new Set([19001, 19002, 19003, 19021, 19022, 19024, 19036, 9499, 11246, 230099]),
};

/** Base64 of HMAC-SHA256 of nothing, under "seconds, line feed, secret". */
export function feishuSignature(secret: string, seconds: number): string {
  return createHmac('sha256', `${String(seconds)}\n${secret}`).update('').digest('base64');
}

interface Signature {
  readonly timestamp: string;
  readonly sign: string;
}

const plain = (content: string) => ({ tag: 'plain_text', content }) as const;
/** Opens an address; no value is sent back that could decide anything. */
const opens = (label: string, url: string) => ({ tag: 'button', text: plain(label), url, type: 'default' }) as const;

export function feishuBody(message: AlertMessage, signature?: Signature, maxBytes = FEISHU_MOST_BYTES): string {
  const words = wordsFor(message.language);
  const render = (count: number): string => {
    const leftOut = leftOutOf(message.items, count, message.itemsLeftOut);
    const elements: object[] = [];
    if (message.summary !== '') elements.push({ tag: 'div', text: plain(plainLiteral(message.summary)) }, { tag: 'hr' });
    for (const { text, severity, count: times, link } of message.items.slice(0, count)) {
      elements.push({ tag: 'div', text: plain(`${words.severity[severity]}: ${plainLiteral(text)}${words.times(times)}`), ...(link === undefined ? {} : { extra: opens(words.open, link) }) });
    }
    if (leftOut > 0) elements.push({ tag: 'note', elements: [plain(words.leftOut(leftOut))] });
    if (message.link !== undefined) elements.push({ tag: 'action', actions: [opens(words.console, message.link)] });
    // A card without an element is refused.
    if (elements.length === 0) elements.push({ tag: 'hr' });
    return JSON.stringify({
      ...signature,
      msg_type: 'interactive',
      card: { config: { wide_screen_mode: true }, header: { title: plain(plainLiteral(message.title)), template: COLOURS[message.severity] }, elements },
    });
  };
  return fit(message.items.length, maxBytes, byteLength, render);
}

export function feishuSink(config: ConfigOf<'feishu'>, { secretOf, now, timeoutMs }: SinkSurroundings): Sink {
  const url = addressOf(config.id, config.kind, secretOf(config.url), BEFORE_TOKEN);
  const secret = config.secret === undefined ? undefined : secretOf(config.secret);
  return {
    id: config.id,
    kind: config.kind,
    limits: { perMinute: config.perMinute, maxBytes: FEISHU_MOST_BYTES },
    async send(message) {
      const seconds = Math.floor(now() / 1_000);
      const body = feishuBody(message, secret === undefined ? undefined : { timestamp: String(seconds), sign: feishuSignature(secret, seconds) });
      throwForRobot(await post({ url, body, ca: pem(config.ca), now, timeoutMs, readAnswer: true }), CODES);
    },
    close: () => Promise.resolve(),
  };
}
