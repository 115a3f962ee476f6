/** Words that stand near phone numbers, labels of other numbers of their shape, and words of lines that belong to nobody. */
import { anyOf, type Words } from './match.js';

export const PHONE_WORDS: Words = {
  raise: anyOf([
    '手机', '手機', '电话', '電話', '联系方式', '聯繫方式', '联系人', '联络', '致电', '来电', '拨打', '座机', '固话', '传真', '傳真', '热线', '熱線', '微信', '短信',
    'mobile', 'mobile no', 'mobile number', 'phone', 'phone no', 'phone num', 'phone number', 'telephone', 'tel', 'cell', 'cellphone', 'cell phone', 'smartphone', 'contact', 'contact no',
    'fax', 'linktel', 'link tel', 'link phone', 'call', 'sms', 'whatsapp', 'wechat', 'wx', 'vx', 'msisdn', 'sjh', 'sjhm', 'shouji', 'dianhua', 'lxdh', 'lxfs', 'ph', 'mob',
  ]),
  lower: anyOf([
    '订单', '訂單', '流水', '单号', '编号', '序列号', '条码', '运单', '快递单', '时间戳', '金额', '版本', '发票',
    'order', 'order no', 'order id', 'trade no', 'serial', 'serial no', 'sn', 'imei', 'trace', 'trace id', 'request id', 'session', 'session id', 'token', 'uuid', 'guid', 'hash', 'crc',
    'checksum', 'timestamp', 'ts', 'time', 'epoch', 'duration', 'instance', 'build', 'version', 'tracking', 'waybill', 'barcode', 'sku', 'invoice', 'offset', 'size', 'bytes', 'length',
    'batch', 'batch no', 'message id', 'msg id', 'object id', 'event id', 'txn', 'tx', 'seed', 'nonce', 'block', 'blk', 'amount', 'price', 'total', 'lat', 'lng', 'lon',
  ]),
};

/** Company lines: nobody's personal number. */
export const HOTLINE_WORDS = anyOf(['客服', '客户服务', '服务热线', '总机', '投诉', '举报', '订票', 'hotline', 'customer service', 'switchboard', 'helpdesk']);
