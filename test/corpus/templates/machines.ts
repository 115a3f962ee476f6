/** Lines that programs write: logs, settings, code, markup. */

export const LOG: readonly string[] = [
  '[[iso]] [[level]] [[[thread]]] [[java]] - user login phone=[[mobile!]] cost=[[n]]ms',
  '[[stamp]],[[n]] [[level]] [[java]]:[[n]] - 实名认证 name=[[name]], idNo=[[id!]], result=true',
  '[[stamp]] [[level]] sms send to [[mobile]] ok msgId=[[snowflake]]',
  '[[iso]] [[level]] pay bankCard=[[card!]] amount=[[amount]] orderNo=[[order]] cost [[n]] ms',
  '[[stamp]] [[[thread]]] [[level]] [[java]] : request body: {"mobile":"[[mobile!]]","idCard":"[[id!]]","ts":[[epoch-ms]]}',
  '[[stamp]] [[level]] 用户[[name]]([[mobile!]])下单成功，订单号[[order]]',
  '[[epoch-ms]] [[level]] query param: [[any!]]',
  'GET /user/query?mobile=[[mobile!]]&t=[[epoch-ms]] HTTP/1.1" 200 [[big]] "-" "Mozilla/5.0"',
  'POST /bind?cardNo=[[card!]]&idNo=[[id!]]&sign=[[hash]] 200',
  '[[iso]] [[level]] params: [[any!]], [[n]], [[word]]',
  '==> Parameters: [[name]](String), [[mobile!]](String), [[id!]](String), [[epoch-ms]](Long)',
  '==> Parameters: [[snowflake]](Long), [[order]](String), [[n]](Integer)',
  'UserDTO(id=[[snowflake]], name=[[name]], phone=[[mobile!]], idCard=[[id!]], createTime=[[stamp]])',
  'OrderVO{orderNo=\'[[order]]\', payTime=[[epoch-ms]], bankNo=\'[[card!]]\', tel=[[landline]]}',
  '[[ip-port]] - - [[[stamp]]] "GET /static/[[hash]].js?v=[[epoch-ms]] HTTP/1.1" 304 0 "-" "-" [[float]]',
  '[[iso]] [[level]] traceId=[[hash]] spanId=[[hash]] [[words]]',
  '[[iso]] [[level]] [[[thread]]] [[java]] - [[words]] took [[n]] ms',
  '[[stamp]] [[level]] kafka partition=[[n]] offset=[[big]] key=[[snowflake]] ts=[[epoch-ms]]',
  '[[iso]] [[level]] job [[uuid]] state RUNNING -> DONE at [[epoch-ns]]',
  '[[stamp]] [[level]] gc pause [[float]]s heap [[big]]K->[[big]]K',
  'kernel: [[[chip-time]]] eth0: link up, [[big]]Mbps',
  '[[level]] blk_[[snowflake]] received from /[[ip-port]] size [[big]]',
  '[[iso]] [[level]] imei=[[imei]] iccid=[[iccid]] msisdn=[[machine-number]] online',
  '[[stamp]] [[level]] waybill [[waybill]] routed to [[city]] node [[n]]',
  '[[iso]] [[level]] seq=[[order]] elapsed=[[n]] result=[[word]]',
  '[[iso]] [[level]] location [[coordinate]] speed=[[n]]',
  'at [[java]].handle([[word]].java:[[n]])',
  '[[iso]] [[level]] version [[version]] build [[moment]] commit [[hash]]',
  '[[stamp]] [[level]] rejected card [[near-card]]: check digit',
  '[[stamp]] [[level]] rejected id [[near-id]]',
  '[[stamp]] [[level]] unknown msisdn [[near-phone]]',
  'time="[[iso]]" level=info msg="[[words]]" caller=[[word]].go:[[n]] id=[[snowflake]]',
  'time="[[iso]]" level=info msg="bind" phone=[[mobile!]] card=[[card!]]',
  '[[stamp]] [[level]] HTTP 200 [[path]] [[float]] [[float]] [[big]]',
  '-rw-r--r--  1 root  wheel  [[big]] Nov 22 [[clock]] [[moment]].log',
  'drwxr-xr-x 2 [[user]] [[user]] 4096 [[stamp]].[[epoch-ns]] +0800 [[word]]_[[order]]',
  'commit [[hash]]\nAuthor: [[ename]] <[[mail]]>\nDate:   [[stamp]] +0800\n\n    [[words]]\n',
  '[[hash]] refs/tags/[[version]]',
];

export const KEY_VALUES: readonly string[] = [
  'name=[[name]]&mobile=[[mobile!]]&idcard=[[id!]]&bank=[[card!]]&submit=1', 'phone=[[mobile]]', 'idNo=[[id]]', 'cardNumber=[[card]]', 'user.tel=[[phone]]', 'contact = [[name]] [[mobile]]', '姓名=[[name]]', '身份证=[[id]]', '手机=[[mobile]]', '卡号=[[card]]',
  '姓名：[[name]]', '身份证号码：[[id]]', '联系电话：[[phone]]', '银行卡号：[[card]]', '住址：[[city]][[street]]', 'order.no=[[order]]', 'trace.id=[[hash]]', 'build.time=[[moment]]', 'app.version=[[version]]', 'ts=[[epoch-ms]]', 'seed=[[snowflake]]', 'qq=[[qq]]', 'imei=[[imei]]', 'server=[[ip-port]]',
  'hotline=[[service-number]]', 'value=[[any]]', 'k[[n]]=[[any]]', 'x=[[decoy]]', '运单号：[[waybill]]', '订单编号：[[order]]', '税号：[[tax]]', '统一社会信用代码：[[uscc]]', '开票代码：[[invoice]]', 'sms.sender=[[service-number]]', 'timeout=[[big]]', 'debug=true', 'owner=[[user]]', 'serial_no=[[serial]]', 'uuid=[[uuid]]',
  '电话[[phone]]', '证件号码 [[id]]', '账户 [[card]]', 'tel:[[phone]]', 'mobile: [[mobile]]', 'ratio=[[float]]', 'gps=[[coordinate]]', 'isbn=[[isbn]]', 'no=[[order]]', 'id_number: [[near-id]]', 'pan=[[near-card]]', 'm=[[near-phone]]',
];

export const CODE: readonly string[] = [
  "const phone = '[[mobile]]';", 'String idCard = "[[id!]]";', 'card := "[[card!]]"', "user = User(name='[[name]]', mobile='[[mobile!]]', id_no='[[id!]]')", '// 测试账号 [[mobile!]] 密码 123456', '# call [[name]] [[phone]] when this breaks', "assert validate('[[id!]]')", 'expect(luhn("[[card!]]")).toBe(true)',
  'static final long serialVersionUID = [[snowflake]]L;', 'private static final long serialVersionUID = -[[snowflake]]L;', 'const EPOCH = [[epoch-ms]];', 'let k = 0x[[hash]];', 'float pi = [[float]];', 'double[] xs = { [[float]], [[float]], [[float]] };', 'int[] codes = { [[points]] };', "id: '[[uuid]]',", 'var points = [[[points]]];',
  'const sha = "[[hash]]";', "import x from './[[word]].js';", 'return a + b;', "it('[[words]]', () => {", 'if (offset > [[big]]) throw new Error("[[words]]");', "new Date([[epoch-ms]])", 'version = "[[version]]"', "MAPS_KEY = '[[hash]]'", 'insert("[[order]]", [[n]])', '"mappings": "AAAA,SAAS,[[word]];AACA,GAAG,CAAC",',
  'const TEST_CARD = "[[card!]]";', 'mobile_list = ["[[mobile!]]", "[[mobile!]]", "[[mobile!]]"]', 'ids = [[[id-number]], [[id-number]]]', '"[[any!]]",', "'[[decoy]]',", '/* [[words]] */', 'private String tel = "[[landline]]";', 'const seeds = [[[snowflake]], [[epoch-ns]], [[snowflake]]];', 'path d="M[[decimals]] L[[decimals]]"', "badId = '[[near-id]]'", "badCard = '[[near-card]]'", "badPhone = '[[near-phone]]'",
];

export const HTML: readonly string[] = [
  '<p>[[sentence]]</p>', '<p>联系电话：<b>[[phone]]</b></p>', '<td>[[name]]</td><td>[[mobile]]</td><td>[[id]]</td>', '<tr><td>[[n]]</td><td>[[name]]</td><td>[[card]]</td></tr>', '<a href="tel:[[mobile!]]">[[mobile]]</a>', '<span class="v">[[any]]</span>', '<input name="idNo" value="[[id!]]">', '<input type="hidden" name="orderId" value="[[order]]">',
  '<li>[[name]] <i>[[phone]]</i></li>', '<div data-id="[[snowflake]]" data-ts="[[epoch-ms]]">[[words]]</div>', '<img src="/img/[[hash]].png?t=[[epoch-ms]]">', '<td>订单号</td><td>[[order]]</td>', '<td>[[waybill]]</td><td>[[amount]]</td>', '<p>客服热线 [[service-number]]</p>', '<p>[[esentence]] Call [[phone]].</p>', '<label>身份证号</label><span>[[id]]</span>',
  '<label>卡号</label>&nbsp;<span>[[card]]</span>', '<script>var t=[[epoch-ms]],v="[[version]]";</script>', '<path d="M[[decimals]]"/>', '<p>ISBN [[isbn]]</p>', '<h2>[[words]]</h2>', '<option value="[[n]]">[[city]]</option>', '<td>[[decoy]]</td><td>[[decoy]]</td>', '<p>[[name]]，[[any]]</p>',
];

export const XML: readonly string[] = [
  '<mobile>[[mobile!]]</mobile>', '<IdNo>[[id!]]</IdNo>', '<cardNo>[[card!]]</cardNo>', '<联系电话>[[phone]]</联系电话>', '<person name="[[name]]" tel="[[phone]]" id="[[id]]"/>', '<AcctNo>[[card]]</AcctNo>', '<value>[[any]]</value>', '<v>[[decoy]]</v>', '<orderNo>[[order]]</orderNo>', '<timestamp>[[epoch-ms]]</timestamp>',
  '<trace id="[[hash]]" span="[[uuid]]"/>', '<amount currency="CNY">[[amount]]</amount>', '<waybill>[[waybill]]</waybill>', '<name>[[name]]</name>', '<uscc>[[uscc]]</uscc>', '<taxNo>[[uscc-digits]]</taxNo>', '<pos lat="[[float]]" lon="[[float]]"/>', '<field name="身份证号">[[id]]</field>', '<field name="手机">[[mobile]]</field>', '<field name="备注">[[remark]] [[any]]</field>',
  '<field name="流水号">[[trade]]</field>', '<imei>[[imei]]</imei>', '<item key="phone" value="[[mobile!]]"/>', '<item key="seq" value="[[order]]"/>', '<![CDATA[[[name]] [[any]]]]>', '<Bank><Name>[[bank]]</Name><Card>[[card]]</Card></Bank>', '<note>[[esentence]]</note>', '<account>[[account]]</account>',
];

export const YAML: readonly string[] = [
  'phone: "[[mobile!]]"', 'phone: [[mobile!]]', 'idCard: [[id!]]', 'card_no: \'[[card!]]\'', 'tel: [[phone]]', '- [[mobile!]]', '- [[any]]', '- name: [[name]]\n  mobile: [[mobile]]\n  id_no: [[id]]', '姓名: [[name]]\n手机号: [[mobile]]', 'order_id: [[order]]', 'created_at: [[epoch-ms]]', 'sha256: [[hash]]', 'version: [[version]]', 'image: registry.example.com/app:[[moment]]', 'uid: [[uuid]]',
  'resourceVersion: "[[big]]"', 'lat: [[float]]', 'seed: [[snowflake]]', 'contact:\n  name: [[name]]\n  phone: [[phone]]', 'bank:\n  name: [[bank]]\n  account: [[card]]', 'description: [[words]]', 'enabled: true', 'replicas: [[n]]', 'hotline: [[service-number]]', 'value: [[any!]]', 'x[[n]]: [[decoy]]', 'imei: "[[imei]]"', 'waybill: [[waybill]]', 'servers: [[ip-port]]', '# [[name]] [[mobile]]',
];

export const MAIL: readonly string[] = [
  '[[esentence]]', '[[sentence]]', 'Hi [[ename]],', '[[name]]您好：', '我的手机号是[[mobile]]，有事随时联系。', 'My number is [[phone]].', '-- \n[[name]] | [[company]]\n手机：[[mobile]]  电话：[[landline]]\n[[mail]]', '-- \n[[ename]]\nTel: [[landline]]\nMobile: [[mobile]]\nFax: [[landline]]', '> [[sentence]]\n> 身份证：[[id]]', '> On [[day]], [[ename]] wrote:\n> [[esentence]]',
  '报销请打到[[card]]（[[bank]]，[[name]]）', '附件：身份证[[id]].jpg', '订单号：[[order]]，请帮忙查一下。', '快递单号[[waybill]]已签收。', 'Your confirmation code is [[n]]. Ticket [[order]].', 'Meeting ID: [[n]] [[n]] [[n]]', '会议号：[[qq]] 密码：[[n]]', 'Unsubscribe: https://example.com/u/[[snowflake]]?t=[[epoch-ms]]', 'Dial-in: [[foreign-phone]]', '客服电话[[service-number]]', '[[any]]', '入职信息：[[name]]，[[id]]，[[mobile]]，[[card]]',
  'Card ending: [[card]]', 'Please book for [[ename]], ID number [[id]].', 'Invoice [[invoice]], amount [[amount]], tax id [[uscc]].', 'Message [[uuid]] was delivered at [[iso]].', '联系我：[[name]]\t[[phone]]', 'S/N [[serial]] IMEI [[imei]]', '[[esentence]] [[esentence]]', '[[sentence]][[sentence]]',
];
