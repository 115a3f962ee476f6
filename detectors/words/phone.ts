/** Words that stand near phone numbers, labels of other numbers of their shape, and words of lines that belong to nobody. */
import { hasLetters } from '../digit-list.js';
import { anyOf, fold, hintOf, type Hint, type WordList, type Words } from './match.js';
import { fieldName } from './field-name.js';

export const PHONE_WORDS: Words = {
  raise: anyOf([
    '手机', '手機', '移动电话', '电话', '電話', '联系', '聯繫', '聯絡', '联络', '电联', '致电', '来电', '去电', '拨打', '拨号', '打给', '呼叫', '主叫', '被叫', '通话', '机主', '座机', '固话',
    '传真', '傳真', '热线', '熱線', '微信', '短信', '支付宝', '新号码', '我的号码', '换号',
    'mobile', 'mobile no', 'mobile num', 'mobile number', 'phone', 'phone no', 'phone num', 'phone number', 'telephone', 'tel', 'tel no', 'telno', 'cell', 'cellphone', 'cell phone', 'smartphone',
    'handphone', 'contact', 'contact no', 'contact tel', 'contact phone', 'contact mobile', 'fax', 'linktel', 'link tel', 'link phone', 'link mobile', 'call', 'callee', 'caller', 'calling', 'dial',
    'sms', 'whatsapp', 'wechat', 'wx', 'vx', 'weixin', 'msisdn', 'recipient', 'sj', 'sjh', 'sjhm', 'shouji', 'shoujihao', 'dh', 'dhhm', 'dianhua', 'lxdh', 'lxfs', 'lxrdh', 'yddh', 'gddh', 'ph', 'mob',
  ]),
  lower: anyOf([
    '订单', '訂單', '流水', '单号', '單號', '编号', '編號', '编码', '序号', '序列号', '条码', '运单', '快递单', '时间戳', '金额', '版本', '发票', '批号', '批次', '货号', '工号', '学号', '考号', '准考证',
    '保单', '档案', '合同号', '税号', '大小', '字节', '偏移', '数量', '总数', '总计', '合计', '余额', '经度', '纬度', '坐标', 'QQ号', '交易号', '机器码', '发动机号', '识别代号', '车架号', '车牌', '凭证号', '票号', '卷号', '主键', '设备号', '条形码',
    'order', 'order no', 'order id', 'order num', 'order number', 'order sn', 'trade no', 'serial', 'serial no', 'serial number', 'sn', 'imei', 'imsi', 'iccid', 'meid', 'trace', 'trace id', 'span id',
    'request id', 'req id', 'session', 'session id', 'token', 'uuid', 'guid', 'hash', 'crc', 'checksum', 'digest', 'etag', 'timestamp', 'time', 'epoch', 'duration', 'elapsed', 'latency', 'instance',
    'build', 'version', 'revision', 'rev', 'tracking', 'tracking no', 'waybill', 'waybill no', 'barcode', 'ean', 'upc', 'isbn', 'sku', 'invoice', 'invoice no', 'batch', 'batch no', 'lot', 'message id',
    'msg id', 'object id', 'event id', 'user id', 'task id', 'job id', 'row id', 'record id', 'txn', 'txn id', 'transaction id', 'seed', 'nonce', 'amount', 'price', 'balance', 'total', 'latitude',
    'longitude', 'coordinates', 'inode', 'qq', 'isrc', 'oclc', 'doi', 'pmid', 'uin', 'openid', 'tax no', 'policy no', 'case no', 'account id', 'product id', 'item id', 'goods id', 'ticket', 'ticket no',
  ]),
};

/** Names of fields that hold other numbers; in prose most of them are words like others, so they must stand right before the number. */
const OTHER_FIELD = anyOf([
  'id', 'uid', 'gid', 'pid', 'tid', 'cid', 'oid', 'eid', 'rid', 'sid', 'vid', 'aid', 'bid', 'fid', 'mid', 'nid', 'lid', 'did', 'seq', 'seq no', 'sequence', 'ts', 'offset', 'pos', 'position', 'size',
  'bytes', 'length', 'len', 'count', 'cnt', 'index', 'idx', 'sum', 'num bytes', 'ms', 'ns', 'us', 'block', 'blk', 'thread', 'thread id', 'lsn', 'xid', 'zxid', 'scn', 'version id', 'created', 'updated',
  'modified', 'expires', 'expiry', 'start', 'end', 'ctime', 'mtime', 'atime', 'date', 'datetime', 'lat', 'lng', 'lon', 'score', 'ratio', 'weight', 'tx', 'key', 'code', 'ref', 'pk', 'addr', 'ptr', 'gas',
  'item', 'article', 'product', 'goods', 'detail', 'post', 'news', 'file', 'image', 'img', 'photo', 'video', 'archive', 'download', 'asset', 'object', 'record', 'commit', 'issue', 'ticket',
  'port', 'rate', 'freq', 'hz', 'cursor', 'page', 'limit', 'max', 'min', 'avg', 'mean', 'std', 'value id', 'no', 'sn no', 'md', 'sha', 'salt', 'sign', 'signature', 'random', 'rand', 'level', 'width',
  'height', 'volume', 'capacity', 'memory', 'mem', 'used', 'free', 'heap', 'rss', 'bh', 'xh', 'ddh', 'lsh', 'zh', 'gh',
]);
const NEXT_TO = /^(?:号|号码|no)?["'`]?\s*(?:is|[:：=#>是为]|=>)?\s*[["'`(]*$/;
/** A unit behind it makes it an amount. */
const UNIT_BEHIND = /^\s?(?:bytes?\b|字节|[kmgt]i?b\b|[mnuμ]s\b|元|圆|円|rows?\b|records?\b|毫秒|秒|ticks?\b|hz\b|%|次(?!日)|条|歲|岁|万|亿)/i;
const CURRENCY_BEFORE = /(?:[¥$￥€£]|rmb|cny|usd)\s?$/i;
/** Its last character, told without looking at all of a text. */
const CURRENCY_END = /[¥$￥€£byd]\s?$/i;
const maybeCurrency = (text: string): boolean => CURRENCY_END.test(text.slice(-2));

/** Company lines: nobody's personal number. Its word stands in the same clause. */
const HOTLINE_WORDS = anyOf(['客服', '客户服务', '服务热线', '服务电话', '总机', '投诉电话', '投诉热线', '举报电话', '举报热线', '监督电话', '订票', '值班电话', 'hotline', 'customer service', 'switchboard', 'helpdesk']);
const HOTLINE_REACH = 16;

/** Folded, with its line ends: a blank would join a label to the next line's number. */
function foldLines(text: string): string {
  return /[\r\n]/.test(text) ? text.split(/[\r\n]+/).map(fold).join('\n') : fold(text);
}

/** The last word's number stands behind it, and a line end behind that: `tel = '138…'\ninsert(`. */
function isSpent(folded: string): boolean {
  let last: string | undefined;
  for (const { end } of PHONE_WORDS.raise.placesIn(folded)) last = folded.slice(end);
  return last !== undefined && /[0-9*](?: ?[0-9*]){6}[^\n]*\n/.test(last);
}

/** A field's own name decides; without one, the nearest word does. */
export function phoneHint(left: string, right: string): Hint {
  // A closing tag names what stands before it.
  const own = left.includes('86') ? left.replace(/\(?(?:\+|00)\(?86\)?[ -]*$/, '') : left;
  const before = own.includes('</') ? own.replace(/<\/[^<>\n]{1,48}>/g, ' ') : own;
  if (UNIT_BEHIND.test(right) || (maybeCurrency(before) && CURRENCY_BEFORE.test(before))) return 'lower';
  const name = fieldName(before);
  if (name !== undefined) return ofName(fold(name));
  // Lines of figures have no words; most of what looks like a phone number and is none stands in them.
  if (!hasLetters(before) && !hasLetters(right)) return 'none';
  const folded = foldLines(before);
  for (const { end } of OTHER_FIELD.placesIn(folded)) if (NEXT_TO.test(folded.slice(end))) return 'lower';
  const nearest = hintOf(before, right, PHONE_WORDS);
  if (nearest === 'raise' && isSpent(folded)) return hintOf('', right, PHONE_WORDS);
  if (nearest !== 'lower') return nearest;
  // A label speaks for the first number behind it in its own clause.
  const clause = /[^\n。；;！？!?]*$/.exec(folded)?.[0] ?? '';
  let last = '';
  for (const { end } of PHONE_WORDS.lower.placesIn(clause)) last = clause.slice(end);
  if (hintOf(clause, '', PHONE_WORDS) === 'lower' && !/[0-9*]{5}/.test(last)) return 'lower';
  return PHONE_WORDS.raise.placesIn(folded).length > 0 ? 'raise' : 'none';
}

/** Names written in one go: `usermobile`, `orderid`. */
const ENDS_AS_PHONE = /(?:mobile|phone|msisdn)(?: ?(?:no|num|number|code|value|str|\d+))?$/;
/** Registers of a processor. */
const REGISTER = /^(?:[rxw]\d{1,2}|[re]?[abcd]x|[re]?[sbi]p|[re]?[sd]i|lr|pc|fp)$/;
const ENDS_AS_OTHER = /(?:id|no|sn|seq|time|stamp|size|offset|count|hash|uuid|code|index)$/;

/** The last word of a name says what it is: `phoneId` is an ID, `orderMobile` a phone. */
function ofName(name: string): Hint {
  const end = (words: WordList): number => words.placesIn(name).at(-1)?.end ?? -1;
  const raise = end(PHONE_WORDS.raise);
  if (ENDS_AS_PHONE.test(name)) return 'raise';
  const lower = Math.max(end(PHONE_WORDS.lower), end(OTHER_FIELD), ENDS_AS_OTHER.test(name) ? name.length : -1);
  if (raise < 0 && lower < 0) return REGISTER.test(name) ? 'lower' : 'none';
  return raise >= lower ? 'raise' : 'lower';
}

/** `tel138…` and `mobile_138…`: what is glued on is the number's own label. */
export function gluedLabel(token: string): boolean {
  // Two capitals are the first letters of a code.
  if (token === '' || /^[A-Z]{1,2}$/.test(token)) return false;
  const word = fold(token).trim();
  return PHONE_WORDS.raise.placesIn(word).some(({ start, end }) => end - start === word.length);
}

export function isCompanyLine(left: string): boolean {
  const clause = /[^\n。；;]*$/.exec(left)?.[0] ?? '';
  const near = fold(clause).slice(-HOTLINE_REACH);
  // A number behind the word is the line's own; what comes then is another.
  return HOTLINE_WORDS.placesIn(near).some(({ start }) => !/[0-9*]{4}/.test(near.slice(start)));
}
