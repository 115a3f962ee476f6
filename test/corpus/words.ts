/** Made-up names, places, times and amounts to fill texts with; none of them holds a number that could be an ID, card or phone. */
import type { Dice } from './dice.js';

const SURNAMES = Array.from('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段');
const GIVEN = Array.from('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌鑫浩宇晨欣怡子轩梓涵雨桐嘉琪思远博诗雅俊凯瑞雪晓东海峰玲燕飞鹏亮云龙佳慧');
const CITIES = ['北京', '上海', '广州', '深圳', '杭州', '南京', '成都', '武汉', '西安', '苏州', '长沙', '青岛', '厦门', '宁波', '郑州', '昆明', '贵阳', '大连'];
const STREETS = ['人民路', '中山北路', '解放大道', '建设街', '和平里', '朝阳路', '科技园南区', '滨江大道', '学院路', '文一西路', '五一广场', '长安街'];
const TRADES = ['科技有限公司', '贸易有限公司', '物流股份有限公司', '医院', '中学', '房地产开发有限公司', '律师事务所', '保险经纪有限公司', '餐饮管理有限公司'];
const STEMS = ['华信', '中联', '鼎盛', '恒通', '远大', '瑞丰', '天成', '海纳', '金桥', '汇众', '博雅', '新宇'];
const BANKS = ['工商银行', '农业银行', '建设银行', '中国银行', '招商银行', '交通银行', '邮储银行', '平安银行', '民生银行', '浦发银行', '兴业银行'];
const GOODS = ['蓝牙耳机', '纯棉四件套', '不锈钢保温杯', '笔记本电脑支架', '儿童自行车', '大米10kg', '洗衣液', '打印纸A4', '机械键盘', '羽绒服', '电饭煲'];
const FIRST = ['James', 'Mary', 'Wei', 'Li', 'Robert', 'Anna', 'David', 'Min', 'Sarah', 'Kevin', 'Emma', 'Jun', 'Peter', 'Laura', 'Tom', 'Grace'];
const LAST = ['Smith', 'Chen', 'Wang', 'Johnson', 'Liu', 'Brown', 'Zhang', 'Miller', 'Zhao', 'Davis', 'Lin', 'Wilson', 'Huang', 'Taylor'];
const ENGLISH = ['the', 'report', 'project', 'meeting', 'schedule', 'please', 'review', 'budget', 'team', 'update', 'system', 'delivery', 'client', 'draft', 'with', 'for', 'and', 'next', 'quarter', 'results', 'about', 'final', 'release', 'data', 'service', 'error', 'value', 'plan', 'before', 'after'];
const REMARKS = ['无', '已核对', '尽快处理', '加急', 'OK', 'n/a', '老客户', '首次办理', '待确认', '周末送货', '放门卫', '-', 'vip', '已退款'];
const SENTENCES = [
  '今天的会议改到下午三点，请大家准时参加。', '合同的第三条需要再讨论一下。', '本周的销售数据比上周有所增长。', '天气预报说明天有雨，出门记得带伞。', '请各部门于周五之前提交总结报告。', '系统升级期间服务可能会短暂中断。',
  '感谢您一直以来对我们工作的支持与理解。', '附件是最新版本的方案，请查收。', '货物已经发出，预计三天内送达。', '经双方协商一致，达成如下协议。', '如有疑问，请随时与我们联系。', '项目进展顺利，预计年底前完成验收。',
  '他从小在江南长大，喜欢听评弹。', '图书馆新到了一批关于历史的书。', '食堂的红烧肉今天卖完了。', '客户对交付质量表示满意。',
];
const ENGLISH_SENTENCES = [
  'The meeting has been moved to Thursday afternoon.', 'Please find the latest draft attached.', 'We expect the shipment within three working days.', 'Thanks for your patience while we look into it.', 'The quarterly figures look better than expected.',
  'Nothing else changed in this release.', 'Let me know if you have any questions.', 'She grew up near the coast and still loves the sea.', 'The build is green again after the fix.', 'All parties agree to the terms set out below.',
];

function name(dice: Dice): string {
  return dice.pick(SURNAMES) + dice.pick(GIVEN) + (dice.chance(0.65) ? dice.pick(GIVEN) : '');
}

function englishName(dice: Dice): string {
  return `${dice.pick(FIRST)} ${dice.pick(LAST)}`;
}

export function day(dice: Dice): string {
  return new Date(Date.UTC(dice.between(2015, 2026), dice.below(12), 1 + dice.below(28))).toISOString().slice(0, 10);
}

function clock(dice: Dice): string {
  return [dice.below(24), dice.below(60), dice.below(60)].map((one) => String(one).padStart(2, '0')).join(':');
}

export const FILLERS: Readonly<Record<string, (dice: Dice) => string>> = {
  name,
  ename: englishName,
  user: (dice) => `${dice.pick(FIRST).toLowerCase()}${dice.pick(['', '.', '_'])}${dice.pick(LAST).toLowerCase()}`,
  city: (dice) => dice.pick(CITIES),
  street: (dice) => `${dice.pick(STREETS)}${dice.between(1, 399)}号${dice.chance(0.5) ? `${dice.between(1, 20)}栋${dice.between(101, 2804)}室` : ''}`,
  company: (dice) => dice.pick(CITIES) + dice.pick(STEMS) + dice.pick(TRADES),
  bank: (dice) => dice.pick(BANKS),
  goods: (dice) => dice.pick(GOODS),
  amount: (dice) => `${dice.between(1, 98000)}.${dice.digits(2)}`,
  money: (dice) => `${dice.between(1, 999)},${dice.digits(3)}.00`,
  n: (dice) => String(dice.between(1, 999)),
  big: (dice) => String(dice.between(1000, 9_999_999)),
  day,
  clock,
  iso: (dice) => `${day(dice)}T${clock(dice)}.${dice.digits(3)}Z`,
  stamp: (dice) => `${day(dice)} ${clock(dice)}`,
  zhday: (dice) => `${dice.between(2015, 2026)}年${dice.between(1, 12)}月${dice.between(1, 28)}日`,
  word: (dice) => dice.pick(ENGLISH),
  words: (dice) => Array.from({ length: dice.between(4, 11) }, () => dice.pick(ENGLISH)).join(' '),
  remark: (dice) => dice.pick(REMARKS),
  sentence: (dice) => dice.pick(SENTENCES),
  esentence: (dice) => dice.pick(ENGLISH_SENTENCES),
  level: (dice) => dice.pick(['INFO', 'WARN', 'DEBUG', 'ERROR', 'INFO']),
  thread: (dice) => dice.pick(['main', 'http-nio-8080-exec-3', 'pool-2-thread-17', 'worker-5', 'scheduling-1', 'grpc-default-executor-0']),
  java: (dice) => dice.pick(['com.acme.user.UserService', 'c.a.o.OrderController', 'o.s.web.servlet.DispatcherServlet', 'com.acme.pay.PayGateway', 'c.e.sms.SmsSender']),
  mail: (dice) => `${dice.pick(FIRST).toLowerCase()}@${dice.pick(['example.com', 'example.org', 'mail.test'])}`,
  path: (dice) => `/${dice.pick(['api', 'v1', 'order', 'user', 'static'])}/${dice.pick(['list', 'query', 'save', 'info', 'detail'])}`,
};
