/** DingTalk's custom robot: Markdown, or a card with one link, signed in the query; its verdict is a code in the answer's body. */
import { createHmac } from 'node:crypto';
import type { AlertMessage, Sink } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { post } from './post.js';
import { SLOW, throwForRobot, type RobotCodes } from './robot-answer.js';
import { addressOf, pem, type ConfigOf, type SinkSurroundings } from './settings.js';
import { byteLength, plainMarkdown } from './text.js';
import { wordsFor } from './words.js';

/** Of the whole body. */
export const DINGTALK_MOST_BYTES = 20_000;
const BEFORE_TOKEN = 'https://oapi.dingtalk.com/robot/send?access_token=';

/** After more than 20 in a minute the robot is silent for ten. */
const CODES: RobotCodes = {
  prefix: 'DINGTALK',
  field: 'errcode',
  slowDown: { 130101: SLOW.tenMinutes, 410100: SLOW.tenMinutes },
  // Signature, time, keyword or address not allowed; token unknown; robot stopped; group gone; type or content refused; too long.
  never: new Set([310000, 300001, 300005, 40035, 400013, 400101, 400102, 400105, 400106, 43004, 430101, 430102, 430103, 430104, 460101]),
};

/** Base64 of HMAC-SHA256 of "milliseconds, line feed, secret" under the secret. */
export function dingtalkSignature(secret: string, milliseconds: number): string {
  return createHmac('sha256', secret).update(`${String(milliseconds)}\n${secret}`).digest('base64');
}

export function dingtalkBody(message: AlertMessage, maxBytes = DINGTALK_MOST_BYTES): string {
  const words = wordsFor(message.language);
  const title = plainMarkdown(message.title);
  const render = (count: number): string => {
    const leftOut = leftOutOf(message.items, count, message.itemsLeftOut);
    const lines = message.items.slice(0, count).map(({ text, severity, count: times, link }) => `- **${words.severity[severity]}** ${plainMarkdown(text)}${words.times(times)}${link === undefined ? '' : ` [${words.open}](${link})`}`);
    const text = [
      `#### ${title}`,
      plainMarkdown(message.summary),
      lines.join('\n'),
      leftOut > 0 ? `*${words.leftOut(leftOut)}*` : '',
    ].filter((part) => part !== '').join('\n\n');
    // Nobody is mentioned: that would need numbers or names beside the text, and `isAtAll`.
    return message.link === undefined
      ? JSON.stringify({ msgtype: 'markdown', markdown: { title, text }, at: { isAtAll: false } })
      : JSON.stringify({ msgtype: 'actionCard', actionCard: { title, text, singleTitle: words.console, singleURL: message.link } });
  };
  return fit(message.items.length, maxBytes, byteLength, render);
}

export function dingtalkSink(config: ConfigOf<'dingtalk'>, { secretOf, now, timeoutMs }: SinkSurroundings): Sink {
  const address = addressOf(config.id, config.kind, secretOf(config.url), BEFORE_TOKEN);
  const secret = config.secret === undefined ? undefined : secretOf(config.secret);
  return {
    id: config.id,
    kind: config.kind,
    limits: { perMinute: config.perMinute, maxBytes: DINGTALK_MOST_BYTES },
    async send(message) {
      const url = new URL(address);
      if (secret !== undefined) {
        const at = now();
        url.searchParams.set('timestamp', String(at));
        url.searchParams.set('sign', dingtalkSignature(secret, at));
      }
      throwForRobot(await post({ url, body: dingtalkBody(message), ca: pem(config.ca), now, timeoutMs, readAnswer: true }), CODES);
    },
    close: () => Promise.resolve(),
  };
}
