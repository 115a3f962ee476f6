/** Programs that send mail, each as its users start it: swaks, msmtp, nodemailer and s-nail. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { tempFolder } from '../kit/temp.js';
import { run } from './client.js';

export interface SentMail {
  readonly from: string;
  readonly to: readonly string[];
  /** CRLF; ends with one. */
  readonly raw: Buffer;
}
export interface SentAnswer {
  readonly accepted: boolean;
  /** What the program says of the server's words. */
  readonly said: string;
}
export type MailProgram = (port: number, mail: SentMail) => Promise<SentAnswer>;

let files = 0;
function laid(bytes: Buffer): string {
  const file = join(tempFolder('letter'), `letter-${String((files += 1))}.eml`);
  writeFileSync(file, bytes);
  return file;
}
const withLf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const swaks: MailProgram = async (port, { from, to, raw }) => {
  const { code, out, err } = await run('swaks', ['--server', '127.0.0.1', '--port', String(port), '--ehlo', 'client.corp.example', '--from', from, '--to', to.join(','), '--data', `@${laid(withLf(raw.subarray(0, -2)))}`, '--hide-send', '--pipeline']);
  return { accepted: code === 0, said: `${out}${err}` };
};

const msmtp: MailProgram = async (port, { from, to, raw }) => {
  const { code, out, err } = await run('sh', ['-c', 'exec msmtp --host=127.0.0.1 --port="$1" --tls=off --auth=off --domain=client.corp.example --from="$2" -v -- $3 < "$4"', 'msmtp', String(port), from, to.join(' '), laid(withLf(raw))]);
  return { accepted: code === 0, said: `${out}${err}` };
};

const nodemailer: MailProgram = async (port, { from, to, raw }) => {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, name: 'client.corp.example' });
  try {
    const { response } = await transport.sendMail({ envelope: { from, to: [...to] }, raw });
    return { accepted: true, said: response };
  } catch (thrown) {
    return { accepted: false, said: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    transport.close();
  }
};

export const PROGRAMS: Readonly<Record<'swaks' | 'msmtp' | 'nodemailer', MailProgram>> = { swaks, msmtp, nodemailer };

/** s-nail writes the mail itself, so it is given words and a file. */
export async function sendBySnail(port: number, mail: { readonly from: string; readonly to: string; readonly subject: string; readonly text: string; readonly file?: string }): Promise<SentAnswer> {
  const settings = ['-S', 'v15-compat', '-S', `mta=smtp://127.0.0.1:${String(port)}`, '-S', 'smtp-config=-all,ehlo', '-S', 'smtp-auth=none', '-S', `from=${mail.from}`, '-S', 'sendcharsets=utf-8', '-S', 'ttycharset=utf-8', '-S', 'sendwait', '-S', 'hostname=client.corp.example'];
  const attached = mail.file === undefined ? [] : ['-a', mail.file];
  const { code, out, err } = await run('s-nail', ['-n', '-v', ...settings, '-s', mail.subject, ...attached, mail.to], { LC_ALL: 'C.UTF-8', HOME: tempFolder('snail') }, mail.text);
  return { accepted: code === 0, said: `${out}${err}` };
}
