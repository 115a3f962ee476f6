/** What a chat program makes of a body: links, mentions and markup, read more liberally than any of the real ones, so that nothing hides. */

export interface Read {
  /** One entry for each line as it shows, markup taken away. */
  readonly lines: readonly string[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Tags, mentions, images, code, addresses a program would make a link of: whatever has no business in a text of anybody's. */
  readonly active: readonly string[];
}

/** Full-width twins and their plain ones are the same to a reader. */
export const folded = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();

function activeIn(text: string): string[] {
  const patterns = [
    /!\[[^\]]*\]/g, /\[[^\]]*\]\([^)]*\)/g, /<[^>]*>?/g, /`/g, /\*/g, /__|(?<=\s|^)_\S/g, /~~|~/g, /(?:^|[^\p{L}\p{N}])@\S+/gu, /@/g, /&(?:#\d+|#x[0-9a-f]+|[a-z]+);/gi, /https?:\/\//gi, /\bwww\./gi,
    /[\p{L}\p{N}-]+\.(?:example|com|cn|net|org)\b/gu, /[\p{Cc}\u2028\u2029]/gu, /[\u202a-\u202e\u2066-\u2069\u200b]/g, /\|/g,
  ];
  return patterns.flatMap((pattern) => text.match(pattern) ?? []);
}

/** DingTalk's and WeCom's Markdown. */
export function readMarkdown(source: string): Read {
  const links: { label: string; url: string }[] = [];
  const lines: string[] = [];
  const active: string[] = [];
  for (const raw of source.split('\n')) {
    if (raw === '') continue;
    // Links, severity labels and colours that are the sink's own stand where the sink puts them; everything left must be plain.
    const block = /^(#{3,4} |- |> )?(.*)$/su.exec(raw);
    let rest = block?.[2] ?? '';
    rest = rest.replace(/^<font color="(?:info|comment|warning)">([^<]*)<\/font>/u, '$1').replace(/^\*\*([^*]*)\*\*/u, '$1').replace(/^\*([^*]*)\*$/u, '$1');
    rest = rest.replace(/(?:^| )\[(查看|Open|打开控制台|Open the console)\]\(([^()\s]*)\)$/u, (_, label: string, url: string) => {
      links.push({ label, url });
      return '';
    });
    if (block?.[1] === undefined && /^(?:[-+*>#=]|\d+[.)] )/.test(rest)) active.push(rest);
    active.push(...activeIn(rest));
    lines.push(rest);
  }
  return { lines, links, active };
}

/** Slack's markup with `verbatim`. */
export function readSlack(body: { readonly text: string; readonly blocks: readonly { readonly type: string; readonly text?: { readonly type: string; readonly text: string; readonly verbatim?: boolean }; readonly elements?: readonly { readonly text: string; readonly verbatim?: boolean }[] }[] }): Read {
  const links: { label: string; url: string }[] = [];
  const lines: string[] = [];
  const active: string[] = [];
  const read = (text: string): void => {
    for (const raw of text.split('\n')) {
      let rest = raw.replace(/^• \*([^*]*)\*/u, '$1');
      rest = rest.replace(/<([^<>|]*)\|([^<>|]*)>$/u, (_, url: string, label: string) => {
        links.push({ url: url.replaceAll('&amp;', '&'), label });
        return '';
      });
      const plain = rest.replaceAll('&lt;', '').replaceAll('&gt;', '').replaceAll('&amp;', '').replaceAll('|', '');
      active.push(...activeIn(plain));
      lines.push(rest.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
    }
  };
  for (const { type, text, elements = [] } of body.blocks) {
    if (type === 'header' && text?.type === 'plain_text') lines.push(text.text);
    else if (type === 'section' && text?.type === 'mrkdwn' && text.verbatim === true) read(text.text);
    else if (type === 'context' && elements.every(({ verbatim }) => verbatim === true)) for (const one of elements) read(one.text);
    else active.push(`block ${type}`);
  }
  return { lines, links, active };
}

/** Feishu's cards: everything but plain text and buttons that open an address is active. */
export function readFeishu(card: unknown): Read {
  const links: { label: string; url: string }[] = [];
  const lines: string[] = [];
  const active: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) walk(one);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { tag, content, text, url, ...others } = node as Record<string, unknown>;
    if (tag === 'plain_text') {
      lines.push(String(content));
      active.push(...activeIn(String(content).replace(/[*_~`|&[\]()!]/g, '')));
    } else if (tag === 'button') {
      links.push({ label: String((text as { content: unknown }).content), url: String(url) });
      if (Object.keys(others).join() !== 'type') active.push(`button ${Object.keys(others).join()}`);
    } else {
      if (tag !== undefined && !(typeof tag === 'string' && ['div', 'hr', 'note', 'action'].includes(tag))) active.push(`tag ${JSON.stringify(tag)}`);
      for (const value of Object.values(node)) walk(value);
    }
  };
  walk(card);
  return { lines, links, active };
}

/** Text and anchors of the mail's own HTML; any other tag or attribute is active. */
export function readHtml(html: string): Read {
  const links: { label: string; url: string }[] = [];
  const active: string[] = [];
  const unescape = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  const body = html.slice(html.indexOf('<body>'));
  const lines = body
    .replace(/<a href="([^"]*)">([^<]*)<\/a>/g, (_, url: string, label: string) => {
      links.push({ url: unescape(url), label });
      return '';
    })
    .split(/<\/?(?:body|html|h2|p|ul|li)>/)
    .map((part) => part.replace(/<\/?[bi]>/g, '').trim())
    .filter((part) => part !== '');
  for (const one of lines) {
    if (/[<>"']/.test(one)) active.push(one);
    if (/https?:\/\/|\bwww\.|[\p{Cc}\u2028]/iu.test(one)) active.push(one);
  }
  return { lines: lines.map(unescape), links, active };
}

export interface ReadSyslog {
  readonly pri: number;
  readonly at: string;
  readonly host: string;
  readonly app: string;
  readonly msgid: string;
  readonly data: Readonly<Record<string, string>>;
  readonly text: string;
}
/** RFC 5424, strictly. */
export function readSyslog(source: string): ReadSyslog {
  const head = /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) - ([\x21-\x7e]{1,32}) \[weir@32473/u.exec(source);
  if (head === null) throw new SyntaxError('not RFC 5424');
  let at = head[0].length;
  const data: Record<string, string> = {};
  while (source[at] === ' ') {
    const param = /^ ([a-z]+)="((?:[^"\\\]]|\\["\\\]])*)"/u.exec(source.slice(at));
    if (param === null) throw new SyntaxError('structured data');
    data[param[1] ?? ''] = (param[2] ?? '').replace(/\\(["\\\]])/g, '$1');
    at += param[0].length;
  }
  if (source.slice(at, at + 2) !== '] ') throw new SyntaxError('end of structured data');
  return { pri: Number(head[1]), at: head[2] ?? '', host: head[3] ?? '', app: head[4] ?? '', msgid: head[5] ?? '', data, text: source.slice(at + 2) };
}

export interface ReadCef {
  readonly header: readonly string[];
  readonly extension: Readonly<Record<string, string>>;
}
/** CEF as collectors read it: seven fields between bars, then keys whose values end before the next ` key=`. */
export function readCef(source: string): ReadCef {
  const header: string[] = [];
  let field = '';
  let at = 0;
  for (; header.length < 7; at += 1) {
    const one = source[at];
    if (one === undefined) throw new SyntaxError('header');
    if (one === '\\') field += source[(at += 1)] ?? '';
    else if (one === '|') {
      header.push(field);
      field = '';
    } else field += one;
  }
  const extension: Record<string, string> = {};
  const pairs = source.slice(at).split(/ (?=[A-Za-z0-9]+=)/);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1);
    if (/(?<!\\)(?:\\\\)*=/.test(value.replace(/\\\\/g, ''))) throw new SyntaxError('an equals sign in a value');
    extension[pair.slice(0, equals)] = value.replace(/\\([\\=])/g, '$1');
  }
  return { header, extension };
}
