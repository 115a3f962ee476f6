/** Parts of YAML text by what they are, for colours; a reader's help, not a parser. */

export type YamlKind = 'comment' | 'key' | 'text' | 'number' | 'word' | 'mark' | 'plain';
export interface YamlPart {
  readonly kind: YamlKind;
  readonly text: string;
}

const COMMENT = /^\s*#.*/;
const KEY = /^(\s*(?:- +)*)([^\s#:'"{}[\],][^#:]*?|'[^']*'|"[^"]*")(:)(?=\s|$)/;
const ITEM = /^(\s*(?:- +)+|\s*-$)/;
const VALUE = /("(?:[^"\\]|\\.)*"|'[^']*')|(\s#.*$)|((?<![\w.-])-?\d+(?:\.\d+)?(?:\s?(?:ms|s|m|h|d|[KMG]i?B|%))?(?![\w.-]))|((?<![\w-])(?:true|false|null|yes|no|on|off)(?![\w-]))|([{}[\],&*|>])/g;

export function yamlParts(line: string): readonly YamlPart[] {
  const comment = COMMENT.exec(line);
  if (comment !== null) return [{ kind: 'comment', text: line }];
  const parts: YamlPart[] = [];
  let rest = line;
  const key = KEY.exec(rest);
  if (key !== null) {
    const [whole, lead = '', name = '', colon = ''] = key;
    if (lead !== '') parts.push({ kind: 'mark', text: lead });
    parts.push({ kind: 'key', text: name }, { kind: 'mark', text: colon });
    rest = rest.slice(whole.length);
  } else {
    const item = ITEM.exec(rest);
    if (item !== null) {
      parts.push({ kind: 'mark', text: item[0] });
      rest = rest.slice(item[0].length);
    }
  }
  let at = 0;
  for (const match of rest.matchAll(VALUE)) {
    if (match.index > at) parts.push({ kind: 'plain', text: rest.slice(at, match.index) });
    const [text, quoted, tail, number, word] = match;
    parts.push({ kind: quoted !== undefined ? 'text' : tail !== undefined ? 'comment' : number !== undefined ? 'number' : word !== undefined ? 'word' : 'mark', text });
    at = match.index + text.length;
  }
  if (at < rest.length) parts.push({ kind: 'plain', text: rest.slice(at) });
  return parts;
}
