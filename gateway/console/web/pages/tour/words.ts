/** Words of the tour. */
import { defineWords } from '../../app/words-of.js';

export const tourWords = defineWords({
  title: { en: 'Tour', zh: '快速上手' },
  lead: { en: 'Weir looks into what leaves through it, and masks, blocks or holds it by your policy. Try it in a minute.', zh: '堰会检查经过它的外发内容，并按策略脱敏、阻断或留存待审。一分钟即可体验。' },
  tryTitle: { en: '1. Send something through the demo routes', zh: '1. 通过演示路由发送内容' },
  tryHint: { en: 'Run these lines in a terminal on this machine. The numbers are made up; their check digits are right.', zh: '在本机终端运行以下命令。号码为虚构，但校验位正确。' },
  mask: { en: 'A phone number is masked on its way', zh: '手机号在途中被脱敏' },
  block: { en: 'Three ID numbers in one mail: blocked', zh: '一封邮件含三个身份证号：被阻断' },
  hold: { en: 'An ID number shared: held for review', zh: '外发身份证号：留存待审' },
  seeTitle: { en: '2. See what arrived', zh: '2. 查看实际到达的内容' },
  see: { en: 'Open the demo sink', zh: '打开演示接收端' },
  seeHint: { en: 'The masked request arrived there; the other two did not.', zh: '脱敏后的请求已到达，另外两个没有。' },
  peopleTitle: { en: '3. Invite the others', zh: '3. 邀请其他人员' },
  people: { en: 'No one person may both guard and be guarded: invite a security administrator and an auditor, then reviewers and approvers.', zh: '三员分立：请邀请安全管理员和审计员，再邀请审核员和复核员。' },
  peopleLink: { en: 'Go to accounts', zh: '前往账号' },
  reviewTitle: { en: '4. Clear what is held', zh: '4. 处理留存的消息' },
  review: { en: 'A reviewer finds the held message in the queue, sees everything found in it masked, and releases or rejects it. Whoever looks leaves a row in the audit.', zh: '审核员在待审队列中处理留存的消息：所有发现均已脱敏显示，可放行或拒绝。任何查看都会留下审计记录。' },
  reviewLink: { en: 'Go to the queue', zh: '前往待审队列' },
  keys: { en: 'Keys are quicker: press ? on any page.', zh: '用键盘更快：在任何页面按 ? 查看快捷键。' },
  noDemo: { en: 'This gateway has no demo routes (`demo: true` in its configuration adds them).', zh: '此网关未开启演示路由（在配置中设置 `demo: true` 即可开启）。' },
  start: { en: 'Start', zh: '开始使用' },
});
