/** Words that stand near resident IDs, and labels of other numbers of their shape. */
import type { GradedWords } from './grade.js';
import { anyOf } from './match.js';

export const RESIDENT_ID_WORDS: GradedWords = {
  strong: anyOf([
    '身份证', '身分证', '身分證', '身份證', '公民身份', '身份号码', '身份號碼', '身份编号', '身份号', '证件号', '證件號', '证件号码', '证件编号', '证号', '證號', '居住证', '居住證', '永久居留', '永居', '社会保障号码', '户口本', '二代证', '一代证',
    'sfz', 'sfzh', 'sfzhm', 'sfzhao', 'sfzjh', 'sfzjhm', 'sfhm', 'gmsfhm', 'gmsfz', 'shenfenzheng', 'shenfenzhenghao', 'zjh', 'zjhm', 'zjhao',
    'id card', 'id card no', 'id card num', 'id card number', 'id card code', 'id card id', 'id no', 'id num', 'id nbr', 'id number', 'id code', 'idc', 'identity', 'identity card', 'identity card no', 'identity no', 'identity num', 'identity number', 'identity id', 'identity code',
    'identification', 'identification no', 'identification number', 'identification card', 'resident id', 'resident id no', 'resident id number', 'resident card', 'resident identity card', 'citizen id', 'citizen no', 'citizen id number', 'national id', 'national id no', 'national id number', 'nid',
    'cert no', 'cert num', 'cert number', 'cert id', 'cert code', 'certif id', 'certificate no', 'certificate num', 'certificate number', 'certificate id', 'credential no', 'credential number', 'personal id', 'personal id number', 'person id', 'residence permit', 'prc id',
  ]),
  weak: anyOf(['证件', '證件', '实名', '身份', '户籍', '出生', '姓名', '持证人', 'certificate', 'cert', 'credential', 'real name', 'resident', 'citizen', 'birth', 'birthday', 'passport']),
  other: anyOf([
    '订单', '訂單', '流水', '单号', '單號', '编号', '序列号', '条码', '信用代码', '税号', '纳税', '税务', '统一社会', '运单', '快递', '发票', '合同号', '批次', '时间戳', '卡号', '账号', '设备号', '串号',
    'order', 'order no', 'order id', 'trade no', 'serial', 'serial no', 'sn', 'imei', 'imsi', 'trace', 'trace id', 'barcode', 'tax no', 'tax id', 'tax number', 'tax registration', 'taxpayer', 'vat', 'ein', 'uscc', 'credit code', 'registration no', 'registration number', 'account', 'acct', 'timestamp', 'ts', 'tracking', 'waybill',
    'transaction id', 'request id', 'req id', 'session id', 'batch', 'batch no', 'version', 'build', 'invoice', 'snowflake', 'message id', 'msg id', 'card no', 'account no',
  ]),
};
