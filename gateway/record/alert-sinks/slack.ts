/** Slack's incoming webhook: blocks whose markup is escaped and not parsed further; statuses and one word say how it went. */
import { SinkFailed, type AlertMessage, type Sink } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { post, throwForStatus, type Answer } from './post.js';
import { addressOf, pem, type ConfigOf, type SinkSurroundings } from './settings.js';
import { byteLength, cut, plainLiteral, unlinked } from './text.js';
import { wordsFor } from './words.js';

/** Slack allows 50 blocks of 3,000 characters; a message as long as that is read by nobody. */
export const SLACK_MOST_BYTES = 16_000;
const HEADER_MOST = 150;
const SECTION_MOST = 3_000;
/** The summary's sections beside those of the items: header, summary, rest, link. */
const ITEM_SECTIONS_MOST = 45;
/** Escaping makes five characters of one. */
const SUMMARY_MOST = 590;

/** Bold and such have no escape in Slack's markup; their full-width twins mean nothing to it. Links and mentions need `<`, which is escaped. */
export function slackText(text: string): string {
  const twins: Readonly<Record<string, string>> = { '*': '＊', _: '＿', '~': '～', '`': '｀', '[': '［', ']': '］' };
  return unlinked(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/[*_~`[\]]/g, (one) => twins[one] ?? one);
}
const slackLink = (url: string, label: string): string => `<${url.replaceAll('&', '&amp;')}|${label}>`;

/** `verbatim`: Slack does not go on to look for addresses, channels and names in what is text. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const;
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) }) as const;

/** Lines in as few sections as they fit into. */
function sections(lines: readonly string[]): readonly string[] {
  const made: string[] = [];
  for (const line of lines) {
    const last = made.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= SECTION_MOST) made[made.length - 1] = `${last}\n${line}`;
    else made.push(line);
  }
  return made;
}

export function slackBody(message: AlertMessage, maxBytes = SLACK_MOST_BYTES): string {
  const words = wordsFor(message.language);
  const render = (count: number): string => {
    const leftOut = leftOutOf(message.items, count, message.itemsLeftOut);
    const lines = message.items.slice(0, count).map(({ text, severity, count: times, link }) => `• *${words.severity[severity]}* ${slackText(text)}${words.times(times)}${link === undefined ? '' : ` ${slackLink(link, words.open)}`}`);
    return JSON.stringify({
      text: slackText(message.title),
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: cut(plainLiteral(message.title), HEADER_MOST), emoji: false } },
        ...(message.summary === '' ? [] : [section(slackText(cut(message.summary, SUMMARY_MOST)))]),
        ...sections(lines).map(section),
        ...(leftOut > 0 ? [{ type: 'context', elements: [mrkdwn(words.leftOut(leftOut))] }] : []),
        ...(message.link === undefined ? [] : [section(slackLink(message.link, words.console))]),
      ],
    });
  };
  // Too many sections are too long as well, whatever their bytes.
  const size = (body: string): number => ((body.match(/"type":"section"/g) ?? []).length > ITEM_SECTIONS_MOST ? Number.POSITIVE_INFINITY : byteLength(body));
  return fit(message.items.length, maxBytes, size, render);
}

/** Slack's own words for what went wrong; no other text of an answer is repeated. */
const WORDS_OF_SLACK = /^(?:invalid_payload|invalid_blocks|invalid_blocks_format|invalid_token|invalid_auth|no_text|no_service|no_service_id|no_team|no_active_hooks|team_disabled|action_prohibited|posting_to_general_channel_denied|channel_not_found|channel_is_archived|user_not_found|too_many_attachments|rollup_error|rate_limited)$/;

function throwForSlack(answer: Answer): void {
  const word = answer.body.trim();
  if (answer.status === 200 && word === 'ok') return;
  if (answer.status >= 200 && answer.status < 300) throw new SinkFailed('SLACK_ANSWER', 'again');
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && WORDS_OF_SLACK.test(word)) throw new SinkFailed(`SLACK_${word.toUpperCase()}`, 'never');
  throwForStatus(answer);
}

export function slackSink(config: ConfigOf<'slack'>, { secretOf, now, timeoutMs }: SinkSurroundings): Sink {
  const url = addressOf(config.id, config.kind, secretOf(config.url));
  return {
    id: config.id,
    kind: config.kind,
    limits: { perMinute: config.perMinute, maxBytes: SLACK_MOST_BYTES },
    send: async (message) => throwForSlack(await post({ url, body: slackBody(message), ca: pem(config.ca), now, timeoutMs, readAnswer: true })),
    close: () => Promise.resolve(),
  };
}
