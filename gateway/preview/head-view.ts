/** A request's target and fields as rows: all of them scanned as addresses are, credentials never shown. */
import type { HeadText, InspectorFactory, PreviewView, SealedHead, SealedMail, Segment } from '../ports.js';
import type { ByteTools } from './walk.js';
import { hideNumbers, type HideNumbers } from './hidden-numbers.js';
import { textCautions, visibleLine } from './visible.js';

const SECRET = /^(proxy-)?authorization$|cookie|token|secret|api-?key|password|credential|signature|session/i;
/** Fields and characters of one answer. */
const FIELDS_MOST = 200;
const TEXT_MOST = 64 * 1024;

interface Row {
  readonly name: string;
  readonly value: string;
}

/** Of a mail: what was said in the dialogue, before its bytes. */
function envelopeRows({ from, recipients, client, listener }: SealedMail): readonly Row[] {
  return [
    { name: 'mail from', value: `<${from.address}>` },
    ...recipients.slice(0, FIELDS_MOST).map(({ address }): Row => ({ name: 'rcpt to', value: `<${address}>` })),
    { name: 'client', value: [client.address, client.helo, client.user].filter((one) => one !== undefined && one !== '').join(' ') },
    { name: 'protocol', value: [client.protocol, client.tls?.version, client.tls?.cipher].filter((one) => one !== undefined).join(' ') },
    { name: 'listener', value: listener },
  ];
}

function rowsOf({ http, mail }: SealedHead): readonly Row[] {
  if (mail !== undefined) return envelopeRows(mail);
  const fields = http.fields.slice(0, FIELDS_MOST).map(([name, value]): Row => ({ name, value: readable(value) }));
  return [{ name: 'method', value: http.method }, { name: 'target', value: http.target }, ...fields];
}

/** Header bytes come as latin1; most that are not ASCII are UTF-8. */
function readable(value: string): string {
  const utf8 = Buffer.from(value, 'latin1').toString('utf8');
  return utf8.includes('\uFFFD') ? value : utf8;
}

/** The head's texts, to be scanned in every way an address may be read. */
export function headTexts(head: SealedHead): readonly HeadText[] {
  return rowsOf(head).flatMap(({ name, value }, at): HeadText[] => [
    { name: `${String(at)}/name`, kind: 'path', text: name },
    { name: `${String(at)}/value`, kind: 'path', text: value },
  ]);
}

export function headView(head: SealedHead, tools: ByteTools): PreviewView {
  const inspectors: InspectorFactory = tools.inspectors(() => undefined);
  const { safe } = inspectors.inspectHead(headTexts(head), () => true);
  const hide = hideNumbers(inspectors);
  const rows = rowsOf(head);
  let length = 0;
  const out: (readonly (readonly Segment[])[])[] = [];
  for (const [at, { name, value }] of rows.entries()) {
    const own = segment(name, safe.get(`${String(at)}/name`), hide);
    const shown = SECRET.test(name) ? { text: '***', masked: true as const } : segment(value, safe.get(`${String(at)}/value`), hide);
    length += own.text.length + shown.text.length;
    if (length > TEXT_MOST) break;
    out.push([[own], [shown]]);
  }
  return { kind: 'form', rows: out, cautions: textCautions(rows.map(({ value }) => value).join(' ')) };
}

function segment(text: string, safe: string | undefined, hide: HideNumbers): Segment {
  const masked = safe ?? '_'.repeat(text.length);
  const covered = hide(masked) ?? masked;
  return covered === text ? { text: visibleLine(text) } : { text: visibleLine(covered), masked: true };
}
