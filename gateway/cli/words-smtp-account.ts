/** Texts of `weir smtp-account`. */
import type { PasswordRefusal } from '../ports.js';
import type { Language } from './words.js';

const EN = {
  account: 'Make the line by which a mail client signs in: a name and the hash of its password.',
  nameArgument: 'name that the client signs in with',
  fileOption: 'put it into this accounts file (kept 0600), in the place of the line that this name has there',
  generateOption: 'make up a password and show it once',
  password: 'Password:',
  again: 'Again:',
  badName: 'A name has no spaces and no colon, and at most 128 characters.',
  noPassword: 'No password was given.',
  different: 'These were two different passwords.',
  tooWeak: 'This password is refused: {why}.',
  generated: 'Password, shown only now: {password}',
  written: '{name} stands in {path}; listeners read it at the next sign-in.',
  unreadable: '{path} is not an accounts file that can be read (line {line}).',
} as const;
type Keys = keyof typeof EN;
const ZH: Record<Keys, string> = {
  account: '生成邮件客户端登录所用的一行：名称与密码的哈希。',
  nameArgument: '客户端登录所用的名称',
  fileOption: '写入此账号文件（权限 0600），替换其中同名的一行',
  generateOption: '随机生成密码，仅显示一次',
  password: '密码：',
  again: '再次输入：',
  badName: '名称不得含空格或冒号，最长 128 个字符。',
  noPassword: '未输入密码。',
  different: '两次输入的密码不一致。',
  tooWeak: '不接受此密码：{why}。',
  generated: '密码仅显示这一次：{password}',
  written: '{name} 已写入 {path}，监听器在下次登录时读取。',
  unreadable: '{path} 不是可读取的账号文件（第 {line} 行）。',
};
const WHY: Record<Language, Record<PasswordRefusal, string>> = {
  en: { 'too-short': 'it has fewer than 12 characters', 'contains-name': 'the name stands in it', 'too-uniform': 'it has too few different characters, or is a run', 'too-common': 'everyone thinks of it', 'same-as-before': 'it is the one before' },
  zh: { 'too-short': '少于 12 个字符', 'contains-name': '包含名称', 'too-uniform': '不同字符过少或为连续字符', 'too-common': '过于常见', 'same-as-before': '与之前相同' },
};

export interface SmtpAccountWords extends Record<Keys, string> {
  readonly why: Record<PasswordRefusal, string>;
}
export const smtpAccountWords = (language: Language): SmtpAccountWords => ({ ...(language === 'zh' ? ZH : EN), why: WHY[language] });
