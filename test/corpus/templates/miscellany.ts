/** Lines from all over, whose labels no list of words foresees: school, hospital, meter and ticket numbers among them. */

export const MISCELLANY: readonly string[] = [
  '尊敬的客户[[name]]：您名下[[bank]]借记卡[[card]]于[[stamp]]支出人民币[[amount]]元，交易流水[[trade]]。',
  '【[[company]]】尊敬的用户，您尾号账户已绑定手机[[mobile]]，如非本人操作请致电[[service-number]]。',
  '出生医学证明编号：[[order]]；母亲身份证件号：[[id]]；联系手机：[[mobile]]',
  '学籍号G[[id!]]，姓名[[name]]', '准考证号 [[order]]  考生 [[name]]  证件 [[id]]',
  'customer_id=[[snowflake]] msisdn=86[[mobile!]] plan=gold', "UPDATE accounts SET pan=[[card!]] WHERE ref='[[order]]'",
  '{"buyer":{"nick":"[[user]]","receiver_mobile":"[[mobile!]]"},"tid":"[[trade]]","oid":[[snowflake]]}',
  '| [[name]] | [[id!]] | [[card!]] | [[mobile!]] |', '[[n]]\t[[name]]\t[[id!]]\t[[mobile!]]\t[[bank]]\t[[card!]]',
  'To whom it may concern: holder of PRC identity card [[id]] may collect parcel [[waybill]].',
  'Ring me on [[mobile]] or the office line [[landline]]; my card is [[card]].',
  '缴费户号[[order]]，户名[[name]]，代扣卡[[card]]', '车主：[[name]] 电话：[[mobile]] 车架号：LSVAA[[serial]]', 'SIM: [[iccid]] / [[imsi]] / [[imei]]',
  '医保卡号 [[order]] 就诊人 [[name]] [[id]]', '骑手[[name]]([[mobile]])正在配送订单[[order]]', '寄件人 [[name]] [[mobile]] 寄往 [[city]]，运单 [[waybill]]',
  'log: sendSms({to:"+86[[mobile!]]",tpl:"SMS_[[big]]"}) => BizId [[trade]]', "ERROR Duplicate entry '[[mobile!]]' for key 'uk_phone'", "ERROR Duplicate entry '[[id!]]' for key 'uk_cert'", "Duplicate entry '[[snowflake]]' for key 'PRIMARY'",
  'psn_no,psn_name,certno,tel\n[[order]],[[name]],[[id!]],[[mobile!]]\n[[order]],[[name]],[[id!]],[[mobile!]]\n[[order]],[[name]],[[id!]],[[mobile!]]',
  '发票号[[invoice]] 购方税号[[uscc]] 开户行及账号：[[bank]] [[account]]', 'curl -d "phone=[[mobile!]]&code=[[n]]" https://api.example.com/v2/[[snowflake]]', 'tcp 0 0 [[ip-port]] ESTABLISHED [[big]]/java', '<Cell><Data ss:Type="String">[[id!]]</Data></Cell><Cell><Data ss:Type="Number">[[mobile!]]</Data></Cell>',
  'BEGIN:VCARD\nFN:[[name]]\nTEL;TYPE=CELL:[[mobile]]\nTEL;TYPE=WORK:[[landline]]\nEND:VCARD', 'gid=[[snowflake]]&ts=[[epoch-ms]]&nonce=[[order]]', '[[name]]，身份证[[id]]，住[[city]]，电[[mobile]]。', '股东：[[name]] [[id]] 出资[[money]]；[[company]] [[uscc]] 出资[[money]]',
  '"[[any!]]";"[[decoy]]"', '备案号：京ICP备[[qq]]号-1 客服 [[service-number]]', '微信/电话同步：[[mobile]]，QQ：[[qq]]', '报警电话110，物业[[landline]]，保安[[mobile]]', 'ticket [[order]] opened by caller [[mobile]] re card ending [[n]]',
  'Nonce: [[order]]\nX-Request-Id: [[trade]]\nX-Timestamp: [[epoch-ms]]', 'sha256:[[hash]] size [[big]] mtime [[epoch-ns]]', '余额变动：卡[[card]]入账[[amount]]，对方[[name]]([[account]])', 'Emergency contact - [[ename]]: [[mobile]] (home [[landline]])', '[[sentence]][[sentence]]', '[[esentence]]',
];
