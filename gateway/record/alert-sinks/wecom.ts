/** WeCom's group robot: a few kilobytes of Markdown; whoever knows its address may write to the group, and the answer's body has the verdict. */
import type { AlertMessage, Severity, Sink } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { post } from './post.js';
import { SLOW, throwForRobot, type RobotCodes } from './robot-answer.js';
import { addressOf, pem, type ConfigOf, type SinkSurroundings } from './settings.js';
import { byteLength, plainMarkdown } from './text.js';
import { wordsFor } from './words.js';

/** Of the Markdown, in UTF-8. */
export const WECOM_MOST_BYTES = 4_096;
const BEFORE_KEY = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=';
/** The three colours that the robot knows. */
const COLOURS: Readonly<Record<Severity, 'info' | 'comment' | 'warning'>> = { info: 'comment', low: 'comment', medium: 'info', high: 'warning', critical: 'warning' };

const CODES: RobotCodes = {
  prefix: 'WECOM',
  field: 'errcode',
  slowDown: { 45009: SLOW.minute, 45033: SLOW.minute },
  // Parameters or length; type; address unknown; robot stopped or not in the group; address not allowed.
  never: new Set([40058, 40008, 40033, 41004, 44004, 45002, 93000, 93004, 93008, 60020]),
};

export function wecomMarkdown(message: AlertMessage, maxBytes = WECOM_MOST_BYTES): string {
  const words = wordsFor(message.language);
  const coloured = (severity: Severity, text: string): string => `<font color="${COLOURS[severity]}">${text}</font>`;
  const label = (severity: Severity): string => coloured(severity, words.severity[severity]);
  const render = (count: number): string => {
    const leftOut = leftOutOf(message.items, count, message.itemsLeftOut);
    return [
      `### ${coloured(message.severity, plainMarkdown(message.title))}`,
      plainMarkdown(message.summary),
      ...message.items.slice(0, count).map(({ text, severity, count: times, link }) => `> ${label(severity)} ${plainMarkdown(text)}${words.times(times)}${link === undefined ? '' : ` [${words.open}](${link})`}`),
      leftOut > 0 ? `> ${words.leftOut(leftOut)}` : '',
      message.link === undefined ? '' : `[${words.console}](${message.link})`,
    ].filter((line) => line !== '').join('\n');
  };
  return fit(message.items.length, maxBytes, byteLength, render);
}

export function wecomSink(config: ConfigOf<'wecom'>, { secretOf, now, timeoutMs }: SinkSurroundings): Sink {
  const url = addressOf(config.id, config.kind, secretOf(config.url), BEFORE_KEY);
  return {
    id: config.id,
    kind: config.kind,
    limits: { perMinute: config.perMinute, maxBytes: WECOM_MOST_BYTES },
    async send(message) {
      const body = JSON.stringify({ msgtype: 'markdown', markdown: { content: wecomMarkdown(message) } });
      throwForRobot(await post({ url, body, ca: pem(config.ca), now, timeoutMs, readAnswer: true }), CODES);
    },
    close: () => Promise.resolve(),
  };
}
