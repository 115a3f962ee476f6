/** Words that stand near bank cards, and labels of other long numbers. */
import { anyOf, type Words } from './match.js';

export const BANK_CARD_WORDS: Words = {
  raise: anyOf([
    '银行卡', '銀行卡', '卡号', '卡號', '储蓄卡', '借记卡', '信用卡', '贷记卡', '账号', '帐号', '賬號', '帳號', '账户', '帐户', '银行账', '收款账', '开户行', '开户银行',
    '银联', '銀聯', '工资卡', '打款', '转账', '汇款', '工商银行', '建设银行', '农业银行', '中国银行', '招商银行', '交通银行', '邮储',
    'bank card', 'card', 'card no', 'card num', 'card number', 'credit card', 'debit card', 'bank account', 'account no', 'account number', 'acct', 'acct no', 'account',
    'pan', 'primary account', 'union pay', 'visa', 'mastercard', 'master card', 'amex', 'american express', 'jcb', 'diners', 'discover', 'ccn', 'cc no', 'iban',
    'yhk', 'yhkh', 'yinhangka', 'kahao',
  ]),
  lower: anyOf([
    '订单', '訂單', '流水', '单号', '编号', '序列号', '条码', '税号', '运单', '快递', '时间戳', '哈希', '校验', '版本', '发票',
    'order', 'order no', 'order id', 'trade no', 'serial', 'serial no', 'sn', 'imei', 'imsi', 'iccid', 'trace', 'trace id', 'span id', 'request id', 'session', 'session id',
    'token', 'uuid', 'guid', 'hash', 'md', 'sha', 'crc', 'checksum', 'digest', 'etag', 'nonce', 'timestamp', 'ts', 'tracking', 'tracking no', 'waybill', 'barcode', 'ean',
    'invoice', 'tax no', 'version', 'build', 'block', 'blk', 'offset', 'snowflake', 'message id', 'msg id', 'object id', 'event id', 'user id', 'uid', 'id', 'key', 'random', 'seed',
    'transaction id', 'txn', 'tx', 'ratio', 'score', 'lat', 'lng', 'lon', 'latitude', 'longitude', 'mean', 'loss',
  ]),
};
