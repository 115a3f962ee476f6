/** Words that stand near bank cards, words of payments, and labels of other long numbers. */
import type { GradedWords } from './grade.js';
import { anyOf } from './match.js';

export const BANK_CARD_WORDS: GradedWords = {
  strong: anyOf([
    '银行卡', '銀行卡', '卡号', '卡號', '储蓄卡', '儲蓄卡', '借记卡', '借記卡', '信用卡', '贷记卡', '工资卡', '社保卡', '公务卡', '存折', '行卡', '张卡', '張卡', '我的卡', '此卡', '该卡', '本卡', '卡:',
    '银行账', '银行帐', '銀行賬', '收款账', '收款帐', '收款卡', '付款账', '付款帐', '付款卡', '结算账', '对公账', '还款卡', '绑定卡', '绑卡', '账号', '帐号', '賬號', '帳號', '开户行', '开户银行', '户名', '银联', '銀聯',
    'bank card', 'bank card no', 'bank card num', 'bank card number', 'bank card id', 'card no', 'card num', 'card nbr', 'card number', 'card nums', 'card pan', 'cc number', 'cc num', 'ccn', 'cc no',
    'credit card', 'credit card no', 'credit card num', 'credit card number', 'debit card', 'debit card no', 'debit card number', 'payment card', 'payment card number', 'pay card', 'pay card no',
    'bank account', 'bank account no', 'bank account num', 'bank account number', 'bank acct', 'bank acct no', 'bank no', 'account no', 'account num', 'account number', 'acct no', 'acct num', 'acct number', 'acc no',
    'payee account', 'payee acct', 'payee card', 'payer account', 'payer acct', 'primary account', 'primary account number', 'union pay', 'visa', 'mastercard', 'master card', 'amex', 'american express', 'jcb', 'diners',
    'yhk', 'yhkh', 'yhkhm', 'yhzh', 'yhzhh', 'yinhangka', 'yinhangkahao', 'kahao', 'kh', 'skzh', 'skkh', 'fkzh', 'fkkh', 'xykh', 'jjkh', 'cxkh', 'gzkh',
  ]),
  weak: anyOf([
    '账户', '帐户', '賬戶', '帳戶', '打款', '转账', '轉賬', '汇款', '匯款', '转到', '转给', '打到', '到账', '入账', '扣款', '还款', '刷卡', '提现', '支付', '付款', '收款', '银行', '銀行', '工行', '建行', '农行', '招行', '交行', '邮储', '持卡', '发卡',
    'card', 'account', 'acct', 'pan', 'discover', 'maestro', 'charged', 'payment', 'paid', 'payout', 'withdraw', 'transfer', 'bank', 'iban', 'cvv', 'cvc', 'expiry',
  ]),
  other: anyOf([
    '订单', '訂單', '流水', '单号', '單號', '编号', '編號', '序列号', '条码', '税号', '运单', '快递', '时间戳', '哈希', '校验', '版本', '发票', '保单', '合同号', '凭证', '批次', '工单', '案号', '学号', '工号', '追踪', '设备号', '串号', '会话',
    '会员卡', '会员卡号', '校园卡', '校园卡号', '门禁卡', '门禁卡号', '公交卡', '公交卡号', '加油卡', '加油卡号', '购物卡', '购物卡号', '礼品卡', '礼品卡号', '充值卡', '充值卡号', '电话卡', '流量卡', '医保卡号', '身份证号', '证件号', '信用代码',
    'order', 'order no', 'order num', 'order number', 'order id', 'trade no', 'serial', 'serial no', 'serial number', 'sn', 'imei', 'imsi', 'iccid', 'meid', 'sim card', 'gift card', 'member card', 'trace', 'trace id', 'span id', 'request id', 'req id', 'session', 'session id',
    'token', 'uuid', 'guid', 'hash', 'md', 'sha', 'crc', 'checksum', 'digest', 'etag', 'nonce', 'timestamp', 'ts', 'tracking', 'tracking no', 'tracking number', 'waybill', 'barcode', 'ean', 'isbn', 'upc',
    'invoice', 'invoice no', 'tax no', 'tax id', 'tax number', 'version', 'build', 'block', 'blk', 'offset', 'snowflake', 'message id', 'msg id', 'object id', 'event id', 'user id', 'uid', 'openid', 'id', 'key', 'random', 'seed', 'batch', 'batch no',
    'transaction id', 'transaction no', 'txn', 'txn id', 'tx', 'ratio', 'score', 'lat', 'lng', 'lon', 'latitude', 'longitude', 'mean', 'loss', 'weight', 'epoch', 'size', 'bytes', 'cursor', 'inode', 'ticket', 'ticket no', 'seq', 'sequence', 'seq no', 'case no', 'reference', 'ref no',
  ]),
};
