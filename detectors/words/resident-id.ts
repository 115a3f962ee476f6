/** Words that stand near resident IDs, and labels of other numbers of their shape. */
import { anyOf, type Words } from './match.js';

export const RESIDENT_ID_WORDS: Words = {
  raise: anyOf([
    '身份证', '身分证', '身分證', '身份證', '公民身份', '身份号码', '身份號碼', '证件号', '證件號', '证件号码', '证号', '居住证', '居住證', '永久居留', '社会保障号码',
    'sfz', 'sfzh', 'sfzhm', 'shenfenzheng', 'zjh', 'zjhm', 'id card', 'id no', 'id num', 'id number', 'identity', 'identity card', 'identification',
    'resident id', 'citizen id', 'national id', 'cert no', 'cert num', 'certificate no', 'personal id',
  ]),
  lower: anyOf([
    '订单', '訂單', '流水', '单号', '编号', '序列号', '条码', '信用代码', '税号', '统一社会', '运单', '快递',
    'order', 'order no', 'order id', 'trade no', 'serial', 'serial no', 'sn', 'imei', 'imsi', 'trace', 'trace id', 'barcode', 'tax no', 'uscc', 'timestamp',
    'transaction id', 'request id', 'batch', 'batch no', 'version', 'build',
  ]),
};
