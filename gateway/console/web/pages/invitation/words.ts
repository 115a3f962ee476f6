/** Words of accepting an invitation. */
import { defineWords } from '../../app/words-of.js';

export const invitationWords = defineWords({
  title: { en: 'Invitation', zh: '邀请' },
  firstRun: { en: 'Welcome to Weir', zh: '欢迎使用堰' },
  firstRunHint: { en: 'You are setting this gateway up as its first system administrator.', zh: '您将作为首位系统管理员完成网关的初始设置。' },
  recovery: { en: 'Get back in', zh: '恢复访问' },
  invited: { en: (name: string) => `Welcome, ${name}`, zh: (name: string) => `您好，${name}` },
  hint: { en: 'Choose a password; then set up a second factor.', zh: '请设置密码，然后设置第二验证因素。' },
  signInName: { en: 'You sign in as', zh: '您的登录账号名' },
  roles: { en: 'Your roles', zh: '您的角色' },
  displayName: { en: 'How others see your name', zh: '显示名称' },
  accept: { en: 'Set password', zh: '设置密码' },
  gone: { en: 'This link does not work: it was used, it has expired, or it is not complete. Ask for a new one.', zh: '此链接无效：可能已被使用、已过期或不完整。请索取新的链接。' },
  toSignIn: { en: 'Go to sign-in', zh: '前往登录' },
});
