/** Dialogues of SMTP, each a text file under test/dialogs (its README says how they are written), against a real listener. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { WeirError, type ErrorCode } from '../../gateway/errors.js';
import { signIn } from '../../gateway/channels/smtp/sign-in.js';
import { eventually } from '../kit/patience.js';
import { INCIDENT, replyOf, smtpListener, VERDICT, type SmtpListenerOptions, type TestListener } from '../kit/smtp-listener.js';
import { smtpTalk, type SmtpTalk } from '../kit/smtp-talk.js';
import { tempFolder } from '../kit/temp.js';

const FOLDER = new URL('../dialogs/', import.meta.url);
const folder = tempFolder('dialogs');
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });
openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=weir.corp.example');

interface Dialogue {
  readonly law: string;
  readonly setUp: ReadonlyMap<string, readonly string[]>;
  readonly steps: readonly { readonly kind: string; readonly words: string }[];
}

function parse(text: string): Dialogue {
  const setUp = new Map<string, string[]>();
  const steps: { kind: string; words: string }[] = [];
  let law = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) law = line.slice(2);
    else if (line.startsWith('@')) {
      const [, name = '', words = ''] = /^@(\S+) ?(.*)$/.exec(line) ?? [];
      setUp.set(name, [...(setUp.get(name) ?? []), words]);
    } else if (line !== '') {
      const [, kind = '', words = ''] = /^(TLS|S!|S\*|C<<|C!!|C!|[A-Z]:) ?(.*)$/.exec(line) ?? [];
      if (kind === '') throw new Error(`not a line of a dialogue: ${line}`);
      steps.push({ kind, words });
    }
  }
  return { law, setUp, steps };
}

/** `\r`, `\n`, `\0`, and `{text*times}`. */
function bytesOf(words: string): Buffer {
  const undone = words.replace(/\{(.*?)\*(\d+)\}/g, (_all, text: string, times: string) => text.repeat(Number(times)));
  return Buffer.from(undone.replaceAll('\\r', '\r').replaceAll('\\n', '\n').replaceAll('\\0', '\0'), 'utf8');
}

const like = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 'su');
const fits = (said: string, pattern: string): boolean => like(pattern).test(said);
const envelopeOf = ({ mail }: TestListener['arrived'][number]): string => `${mail.from.address} > ${mail.recipients.map(({ address }) => address).join(' ')}`;

function optionsOf({ setUp }: Dialogue): SmtpListenerOptions {
  const json = (name: string): object => Object(JSON.parse(setUp.get(name)?.[0] ?? '{}')) as object;
  const listen = json('listen') as NonNullable<SmtpListenerOptions['listen']>;
  const refusals = (setUp.get('rcpt') ?? []).map((line) => [line.slice(0, line.indexOf(' ')), replyOf(line.slice(line.indexOf(' ') + 1))] as const);
  const [kind = 'pass', ...rest] = (setUp.get('end')?.[0] ?? 'pass').split(' ');
  const [user = '', secret = ''] = (setUp.get('user')?.[0] ?? '').split(' ');
  const ask = async ({ user: name, password }: { user: string; password: string }): Promise<ReturnType<typeof replyOf>> => (name === user && password === secret ? replyOf('235 2.7.0 Ok') : replyOf('535 5.7.8 Authentication credentials invalid'));
  return {
    listen: { ...listen, ...(listen.tls === undefined ? {} : { tls: { ...listen.tls, cert, key } }) },
    mail: json('mail'),
    ...(setUp.has('maxBody') ? { maxBody: Number(setUp.get('maxBody')?.[0]) } : {}),
    ...(setUp.has('user') ? { signIn: signIn({ by: { nextHop: { signIn: ask } }, clock: { now: () => 0 }, log: { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined } }) } : {}),
    rcpt: ({ address }) => refusals.find(([pattern]) => fits(address, pattern))?.[1],
    end: () => {
      switch (kind) {
        case 'blocked': return { kind: 'blocked', incident: INCIDENT, verdict: VERDICT };
        case 'held': return { kind: 'accepted', incident: INCIDENT, verdict: VERDICT };
        case 'refused': return { kind: 'refused', reply: replyOf(rest.join(' ')) };
        case 'failed': return { kind: 'failed', error: new WeirError(rest[0] as ErrorCode) };
        default: return { kind: 'accepted', incident: undefined, verdict: VERDICT };
      }
    },
  };
}

async function step(kind: string, words: string, talk: SmtpTalk, listener: TestListener): Promise<void> {
  const last = (): TestListener['arrived'][number] | undefined => listener.arrived.at(-1);
  switch (kind) {
    case 'C:': talk.say(words); break;
    case 'C<<': talk.raw(bytesOf(words)); break;
    case 'C!': talk.end(); break;
    case 'C!!': talk.destroy(); break;
    case 'TLS': await talk.secure(); break;
    case 'S!': await talk.closed(); break;
    case 'S:':
      if (/^\d{3}\*$/.test(words)) expect((await talk.reply()).at(-1)).toMatch(new RegExp(`^${words.slice(0, 3)} `));
      else expect([await talk.line()]).toEqual([expect.stringMatching(like(words))]);
      break;
    case 'S*': {
      const [, times = '0', pattern = ''] = /^(\d+) (.*)$/.exec(words) ?? [];
      for (let count = 0; count < Number(times); count += 1) expect(fits(await talk.line(), pattern)).toBe(true);
      break;
    }
    case 'M:': {
      const [, number = '0', envelope] = /^(\d+)(?: (.*))?$/.exec(words) ?? [];
      await eventually('mails that have arrived', () => listener.arrived.length, (arrived) => arrived === Number(number));
      if (envelope !== undefined) expect(listener.arrived.slice(-1).map(envelopeOf)).toEqual([envelope]);
      break;
    }
    case 'O:': expect(listener.arrived.map(envelopeOf)).toContain(words); break;
    case 'B:': expect(last()?.body.toString()).toBe(bytesOf(words).toString()); break;
    case 'T:': await eventually('what the client was told', () => String(last()?.told ?? 'none'), (told) => told === words); break;
    case 'X:': await eventually('the error, counted once', () => [last()?.error, ...listener.errors], (errors) => errors.length === 2 && errors.every((one) => one === words)); break;
    case 'E:': await eventually('relays that have ended', () => listener.relays.filter(({ ended }) => ended > 0).length, (ended) => ended === Number(words)); break;
    case 'P:': expect(`${last()?.mail.client.protocol ?? ''} ${last()?.mail.client.helo ?? ''}`).toBe(words); break;
    case 'I:': expect(last()?.mail.client.address).toBe(words); break;
    case 'A:': expect([last()?.mail.client.user, listener.relays.at(-1)?.auth?.user]).toEqual([words, words]); break;
    case 'D:': {
      const [from, to] = [last()?.mail.from, last()?.mail.recipients[0]];
      expect(`${from?.ret ?? ''} ${from?.envid ?? ''} ${to?.notify?.join(',') ?? ''} ${to?.orcpt ?? ''}`).toBe(words);
      break;
    }
    default: throw new Error(`not a step: ${kind}`);
  }
}

describe('dialogues of SMTP', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

  it('are at least thirty', () => expect(files.length).toBeGreaterThanOrEqual(30));

  for (const file of files) {
    const dialogue = parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    it(`${file}: ${dialogue.law}`, async () => {
      const listener = await smtpListener(optionsOf(dialogue));
      const { steps } = dialogue;
      const isImplicit = steps[0]?.kind === 'TLS';
      const talk = await smtpTalk(listener.port, { tls: isImplicit });
      try {
        for (const [index, { kind, words }] of (isImplicit ? steps.slice(1) : steps).entries()) {
          try {
            await step(kind, words, talk, listener);
          } catch (thrown) {
            throw new Error(`step ${index + 1}, ${kind} ${words}: ${thrown instanceof Error ? thrown.message : ''}\n${listener.logged.join('\n')}`, { cause: thrown });
          }
        }
      } finally {
        talk.destroy();
        await listener.channel.drain(500);
      }
    });
  }
});
