/** Every reason a detector may give for its confidence: the code, what it speaks for, and its words for people. A new code begins here. */

export interface ReasonWords {
  /** Whether it makes a finding surer or less sure. */
  readonly side: 'for' | 'against';
  /** A clause without its full stop: several are joined to one sentence. */
  readonly zh: string;
  readonly en: string;
}

export const REASONS = {
  // The number itself.
  checksum: { side: 'for', zh: '校验位正确', en: 'its check digit is right' },
  date: { side: 'for', zh: '其中的出生日期存在', en: 'the date of birth in it exists' },
  region: { side: 'for', zh: '地区代码在行政区划表中', en: 'its region code is in the table' },
  permit: { side: 'for', zh: '是港澳台居民居住证的号段', en: 'it begins like a residence permit of Hong Kong, Macau or Taiwan residents' },
  foreigner: { side: 'for', zh: '是外国人永久居留身份证的号段', en: 'it begins like a foreigner’s permanent residence card' },
  'issuer-known': { side: 'for', zh: '是某家银行的发卡前缀，长度相符', en: 'it has a bank’s own prefix at the right length' },
  'issuer-usual': { side: 'for', zh: '属于卡组织的号段，长度常见', en: 'it lies in a card network’s range at a usual length' },
  segment: { side: 'for', zh: '属于在用的手机号段', en: 'its mobile segment is in force' },
  'area-code': { side: 'for', zh: '以有效的区号开头', en: 'it begins with an area code that exists' },
  pattern: { side: 'for', zh: '与所配置的模式相符', en: 'it matches the configured pattern' },
  province: { side: 'against', zh: '省级代码存在，但区县代码不在表中', en: 'its province exists, but its county is in no table' },
  'old-form': { side: 'against', zh: '是没有校验位的 15 位旧号码', en: 'it is of the old 15 digits, which have no check digit' },
  'order-zero': { side: 'against', zh: '顺序码 000 不会分配', en: 'its order code 000 is not given out' },
  'issuer-rare': { side: 'against', zh: '该号段或长度很少使用', en: 'its range or length is hardly in use' },
  'unlisted-segment': { side: 'against', zh: '手机号段不在表中', en: 'its mobile segment is on no list' },
  'trunk-zero': { side: 'against', zh: '前面多一个 0', en: 'a 0 stands in front' },
  'unusual-length': { side: 'against', zh: '该区号的号码通常不是这个长度', en: 'numbers of this area usually have another length' },
  'check-digit': { side: 'against', zh: '校验位不对', en: 'its check digit is wrong' },
  filler: { side: 'against', zh: '同一数字连续过多，像占位数字', en: 'one digit is repeated as in a filled-in sample' },
  octal: { side: 'against', zh: '像八进制常量：0 开头，第二位之后全是 7', en: 'it looks like an octal constant: a 0, one digit, and 7s only' },
  // How it is written.
  'odd-groups': { side: 'against', zh: '分组方式不像这类号码', en: 'it is grouped as such numbers seldom are' },
  numerals: { side: 'for', zh: '以汉字或带圈数字写成，其他号码很少这样写', en: 'it is spelled in numerals, as other numbers hardly are' },
  'line-end': { side: 'against', zh: '中间被换行断开', en: 'a line end cuts it in two' },
  'wide-groups': { side: 'against', zh: '各组之间间隔过宽', en: 'the gaps between its groups are wide' },
  'country-code': { side: 'for', zh: '前面有国家代码 86', en: 'the country code 86 stands in front' },
  // What stands around it.
  keyword: { side: 'for', zh: '附近有表明这类号码的词', en: 'a word near it names this kind of number' },
  column: { side: 'for', zh: '表格同一列的其他单元格也是这类号码', en: 'the other cells of its column hold such numbers too' },
  'column-other': { side: 'against', zh: '表格同一列的其他单元格不是这类号码', en: 'the other cells of its column hold no such numbers' },
  'other-label': { side: 'against', zh: '附近的词表明是另一类号码', en: 'a word near it names another kind of number' },
  'company-line': { side: 'against', zh: '附近的词表明是单位的公开电话', en: 'a word near it names a company’s public line' },
  name: { side: 'for', zh: '紧挨着一个人名', en: 'a person’s name stands right beside it' },
  list: { side: 'for', zh: '与其他手机号并列', en: 'it stands in a list of such numbers' },
  row: { side: 'against', zh: '像数字表格中的一行', en: 'it looks like a row in a table of numbers' },
  chained: { side: 'against', zh: '与其他字符以“-”或“.”相连', en: 'it is joined to something else by a hyphen or dot' },
  glued: { side: 'against', zh: '与字母、数字或下划线紧连', en: 'letters, digits or “_” are glued to it' },
  'glued-letter': { side: 'against', zh: '与字母紧连', en: 'letters are glued to it' },
  decimal: { side: 'against', zh: '像小数的一部分', en: 'it looks like part of a decimal number' },
  hexadecimal: { side: 'against', zh: '像十六进制串的一部分', en: 'it looks like part of a hexadecimal token' },
} as const satisfies Readonly<Record<string, ReasonWords>>;

export type Reason = keyof typeof REASONS;

/** The words of a code; `undefined` for one that is not on the list. */
export function reasonWords(code: string): ReasonWords | undefined {
  return Object.hasOwn(REASONS, code) ? REASONS[code as Reason] : undefined;
}
