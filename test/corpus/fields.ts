/** Columns of tables: how their headers are called, and what stands in their cells. */
import type { Dice } from './dice.js';
import type { Piece } from './piece.js';
import { slot } from './slots.js';

export interface Column {
  readonly header: string;
  readonly slot: string;
  /** A number that needs no quotes in SQL or JSON. */
  readonly bare: boolean;
}

interface Field {
  readonly slot: string;
  readonly chinese: readonly string[];
  readonly english: readonly string[];
  readonly bare?: boolean;
}

const VALUES: readonly Field[] = [
  { slot: 'id!', chinese: ['身份证号', '身份证', '身份证号码', '证件号码', '公民身份号码', '证件号', '客户证件号'], english: ['id_card', 'idNo', 'id_no', 'idCard', 'cert_no', 'certNo', 'identity_no', 'sfzh', 'ID Number', 'id_number', 'SFZHM'] },
  { slot: 'id', chinese: ['身份证号', '证件号码'], english: ['id_card', 'ID Card'] },
  { slot: 'id-number', chinese: ['身份证号'], english: ['id_no', 'idNumber'], bare: true },
  { slot: 'card!', chinese: ['银行卡号', '卡号', '收款账号', '银行账号', '工资卡号', '储蓄卡号'], english: ['bank_card', 'card_no', 'cardNo', 'bankCardNo', 'account_no', 'acctNo', 'pan', 'card_number', 'yhkh'] },
  { slot: 'card', chinese: ['卡号', '银行卡'], english: ['card_no', 'Card Number'] },
  { slot: 'card!', chinese: ['银行卡号'], english: ['cardNo', 'bank_card_no'], bare: true },
  { slot: 'mobile!', chinese: ['手机', '手机号', '手机号码', '联系电话', '联系方式', '移动电话', '紧急联系人电话', '收货人手机'], english: ['phone', 'mobile', 'mobile_no', 'phone_number', 'tel', 'contactPhone', 'cellphone', 'linkTel', 'user_mobile', 'receiver_phone', 'sjh', 'Mobile'] },
  { slot: 'phone', chinese: ['电话', '联系电话', '联系方式'], english: ['phone', 'tel', 'contact', 'telephone'] },
  { slot: 'mobile!', chinese: ['手机号'], english: ['phone', 'mobile'], bare: true },
  { slot: 'landline', chinese: ['办公电话', '座机', '传真', '固定电话'], english: ['office_tel', 'fax', 'landline', 'work_phone'] },
];
const DECOYS: readonly Field[] = [
  { slot: 'order', chinese: ['订单号', '订单编号', '单号', '编号'], english: ['order_no', 'orderId', 'order_id', 'bill_no', 'order_sn'] },
  { slot: 'trade', chinese: ['流水号', '交易流水', '交易单号'], english: ['trade_no', 'txn_id', 'serial_no', 'transaction_id', 'seq_no'] },
  { slot: 'waybill', chinese: ['运单号', '快递单号', '物流单号'], english: ['waybill', 'tracking_no', 'express_no'] },
  { slot: 'uscc', chinese: ['统一社会信用代码', '信用代码'], english: ['uscc', 'credit_code'] },
  { slot: 'uscc-digits', chinese: ['统一社会信用代码', '税号'], english: ['uscc', 'tax_no'] },
  { slot: 'invoice', chinese: ['发票号码', '发票代码'], english: ['invoice_no', 'invoice_code'] },
  { slot: 'epoch-ms', chinese: ['时间戳', '更新时间'], english: ['ts', 'timestamp', 'create_time', 'updated_at', 'gmt_create'], bare: true },
  { slot: 'epoch-ns', chinese: ['时间戳'], english: ['time_ns', 'ts'], bare: true },
  { slot: 'moment', chinese: ['交易时间', '入库时间'], english: ['trans_time', 'stamp', 'dt'] },
  { slot: 'snowflake', chinese: ['主键', '记录编号'], english: ['id', 'row_id', 'uid', 'msg_id', 'snowflake', 'item_id'], bare: true },
  { slot: 'float', chinese: ['占比', '系数'], english: ['ratio', 'score', 'weight', 'rate'], bare: true },
  { slot: 'coordinate', chinese: ['坐标', '经纬度'], english: ['location', 'lnglat', 'gps'] },
  { slot: 'hash', chinese: ['摘要'], english: ['md5', 'sign', 'sha1', 'token'] },
  { slot: 'uuid', chinese: ['全局编号'], english: ['uuid', 'guid', 'request_id'] },
  { slot: 'imei', chinese: ['设备号', 'IMEI'], english: ['imei', 'device_id'] },
  { slot: 'imsi', chinese: ['IMSI'], english: ['imsi'] },
  { slot: 'ean', chinese: ['商品条码', '条形码'], english: ['ean', 'barcode', 'sku', 'upc'] },
  { slot: 'isbn', chinese: ['书号'], english: ['isbn'] },
  { slot: 'qq', chinese: ['QQ', 'QQ号'], english: ['qq', 'qq_no'] },
  { slot: 'account', chinese: ['对公账号', '账号'], english: ['account', 'acct'] },
  { slot: 'service-number', chinese: ['客服电话', '短信端口'], english: ['hotline', 'sms_port'] },
  { slot: 'machine-number', chinese: ['物联网卡', '终端号码'], english: ['msisdn', 'sim_no'] },
  { slot: 'serial', chinese: ['序列号', '设备序列号'], english: ['sn', 'serial'] },
  { slot: 'foreign-phone', chinese: ['海外电话'], english: ['phone', 'intl_phone'] },
];
const OTHERS: readonly Field[] = [
  { slot: 'name', chinese: ['姓名', '客户姓名', '户名', '联系人'], english: ['name', 'user_name', 'customer', 'realName'] },
  { slot: 'user', chinese: ['用户名'], english: ['username', 'login', 'account_name'] },
  { slot: 'day', chinese: ['日期', '开户日期'], english: ['date', 'open_date', 'dob'] },
  { slot: 'stamp', chinese: ['创建时间'], english: ['created', 'created_at'] },
  { slot: 'amount', chinese: ['金额', '余额'], english: ['amount', 'balance', 'price'], bare: true },
  { slot: 'n', chinese: ['数量', '年龄', '序号'], english: ['qty', 'age', 'no', 'status'], bare: true },
  { slot: 'city', chinese: ['城市', '归属地'], english: ['city', 'region'] },
  { slot: 'street', chinese: ['地址', '住址'], english: ['address', 'addr'] },
  { slot: 'remark', chinese: ['备注', '说明'], english: ['remark', 'memo', 'note'] },
  { slot: 'bank', chinese: ['开户行'], english: ['bank', 'bank_name'] },
  { slot: 'big', chinese: ['积分'], english: ['points', 'bytes', 'size', 'count'], bare: true },
];
/** Headers that say nothing: the cells alone must tell. */
const NEUTRAL = ['col', 'f', 'c', 'field', 'value', 'data', 'x', '列', '字段', '数据'];
const NEUTRAL_SHARE = 0.12;

/** Columns of one table; `values: false` leaves out all that may be found. */
export function columnsOf(dice: Dice, least: number, most: number, values = true): Column[] {
  const chinese = dice.chance(0.4);
  const taken = new Set<string>();
  const columns: Column[] = [];
  const count = dice.between(least, most);
  for (let tries = 0; columns.length < count && tries < 60; tries++) {
    const field = dice.pick(dice.chance(0.36) ? (values ? VALUES : OTHERS) : dice.chance(0.45) ? DECOYS : OTHERS);
    const neutral = dice.chance(NEUTRAL_SHARE);
    const header = neutral ? dice.pick(NEUTRAL) + String(columns.length + 1) : dice.pick(chinese ? field.chinese : field.english);
    if (taken.has(header)) continue;
    taken.add(header);
    columns.push({ header, slot: field.slot, bare: field.bare === true });
  }
  return columns;
}

/** Cells are now and then empty. */
export function cellOf(dice: Dice, column: Column, emptyShare = 0.03): Piece {
  return dice.chance(emptyShare) ? { text: '', marks: [] } : slot(dice, column.slot);
}
