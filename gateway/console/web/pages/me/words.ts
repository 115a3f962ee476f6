/** Words of one's own account. */
import { defineWords } from '../../app/words-of.js';

export const meWords = defineWords({
  title: { en: 'My account', zh: '我的账号' },
  who: { en: 'Who I am', zh: '基本信息' },
  name: { en: 'Sign-in name', zh: '账号名' },
  displayName: { en: 'Name shown', zh: '显示名称' },
  roles: { en: 'Roles', zh: '角色' },
  noRoles: { en: 'none yet: a system administrator proposes them, another administrator approves', zh: '暂无：由系统管理员提议，另一名管理员批准' },
  scope: { en: 'Messages I see', zh: '可见消息范围' },
  session: { en: 'This session ends', zh: '本次会话到期' },
  looks: { en: 'How the console looks', zh: '界面' },
  language: { en: 'Language', zh: '语言' },
  theme: { en: 'Theme', zh: '主题' },
  here: { en: 'Kept in this browser only.', zh: '仅保存在此浏览器中。' },
  password: { en: 'Password', zh: '密码' },
  changed: { en: 'The password is changed; your other sessions have ended.', zh: '密码已更改，其他会话已结束。' },
  recovery: { en: 'Recovery codes', zh: '恢复码' },
  recoveryLeft: { en: (n: number) => (n === 1 ? 'One code is left.' : `${n} codes are left.`), zh: (n: number) => `还剩 ${n} 个恢复码。` },
  recoveryFew: { en: 'Make new ones before they run out.', zh: '请在用完之前重新生成。' },
  recoveryCode: { en: 'The app’s code', zh: '验证器应用的验证码' },
  recoveryRenew: { en: 'Make new codes', zh: '重新生成恢复码' },
  end: { en: 'Sign out', zh: '退出登录' },
  tour: { en: 'Take the tour', zh: '查看快速上手' },
});
