/** Ways in which a number stands in real text; `value` is put in as it is, the digits before and after never touch it. */
export type Host = readonly [name: string, plant: (value: string) => string];

export const hosts: readonly Host[] = [
  ['nothing around it', (value) => value],
  ['a line of its own', (value) => `first line\n${value}\nlast line`],
  ['a Windows line', (value) => `first line\r\n${value}\r\nlast line`],
  ['a JSON string', (value) => `{"a":1,"value":"${value}","b":[true]}`],
  ['a JSON number', (value) => `{"value":${value},"b":2}`],
  ['a pretty JSON array', (value) => `[\n  "x",\n  "${value}"\n]`],
  ['escaped JSON', (value) => `{\\"value\\":\\"${value}\\"}`],
  ['a cell of CSV', (value) => `1,zhang,${value},ok\n2,li,,ok\n`],
  ['the last cell of CSV', (value) => `7,zhang,${value}\n`],
  ['a quoted cell of CSV', (value) => `"1","zhang","${value}"\r\n`],
  ['a cell between tabs', (value) => `1\tzhang\t${value}\tok`],
  ['an XML element', (value) => `<row><v>${value}</v></row>`],
  ['an XML attribute', (value) => `<row v="${value}" w='1'/>`],
  ['an HTML cell', (value) => `<td class=x>${value}</td><td>&nbsp;</td>`],
  ['an SQL literal', (value) => `INSERT INTO t VALUES (1, '${value}', NULL);`],
  ['an SQL number', (value) => `SELECT * FROM t WHERE v=${value} AND a=1;`],
  ['a log line', (value) => `2026-11-22T05:47:00.123Z INFO [main] value=${value} took 12ms`],
  ['Markdown bold', (value) => `* item **${value}** end`],
  ['Markdown code', (value) => `see \`${value}\` or _x_`],
  ['Markdown italics', (value) => `see _${value}_ or x`],
  ['a Markdown table', (value) => `| name | value |\n|---|---|\n| zhang | ${value} |\n`],
  ['a query', (value) => `https://example.com/p?a=b&value=${value}&c=d`],
  ['a path', (value) => `https://example.com/${value}?a=b`],
  ['YAML', (value) => `name: zhang\nvalue: ${value}\nlist:\n  - a\n`],
  ['an INI file', (value) => `[section]\nvalue=${value}\n; end`],
  ['a shell word', (value) => `run --value=${value} --force`],
  ['a code comment', (value) => `let a = 1; // ${value}\n/* b */`],
  ['a string in code', (value) => `const v = '${value}';`],
  ['Chinese on both sides', (value) => `张三的是${value}请查收`],
  ['Chinese punctuation', (value) => `见（${value}），谢谢。`],
  ['Chinese quotes', (value) => `填写“${value}”即可`],
  ['a full-width colon', (value) => `内容：${value}；`],
  ['an ideographic blank', (value) => `张三\u3000${value}\u3000男`],
  ['a mail header', (value) => `Subject: about ${value}\r\nTo: a@example.com\r\n`],
  ['a zero-width space before it', (value) => `a \u200b${value}\u200b b`],
  ['angle brackets', (value) => `<${value}>`],
  ['a multipart field', (value) => `--x\r\nContent-Disposition: form-data; name="v"\r\n\r\n${value}\r\n--x--`],
];

/** ASCII digits and X in full width. */
export function fullWidth(value: string): string {
  return value.replace(/[0-9Xx]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
}
