/** Words of the API reader. The descriptions themselves come from the API, in English. */
import { defineWords } from '../../app/words-of.js';

export const apiWords = defineWords({
  title: { en: 'API', zh: 'API' },
  hint: { en: 'Everything this console does is done through this API. Programs use a token of an account.', zh: '控制台的全部功能均通过此 API 完成。程序可使用账号的令牌调用。' },
  document: { en: 'OpenAPI document', zh: 'OpenAPI 文档' },
  search: { en: 'Search operations', zh: '搜索接口' },
  list: { en: 'Operations', zh: '接口列表' },
  mine: { en: 'Only what I may call', zh: '仅显示我可调用的' },
  right: { en: 'Right', zh: '所需权限' },
  'right.anyone': { en: 'none: open to anyone', zh: '无：任何人可用' },
  'right.signed-in': { en: 'any account', zh: '任意已登录账号' },
  personal: { en: 'a person only, no token', zh: '仅限本人，令牌不可用' },
  parameters: { en: 'Parameters', zh: '参数' },
  name: { en: 'Name', zh: '名称' },
  place: { en: 'In', zh: '位置' },
  type: { en: 'Type', zh: '类型' },
  needed: { en: 'required', zh: '必填' },
  description: { en: 'Description', zh: '说明' },
  body: { en: 'Request body', zh: '请求体' },
  answer: { en: 'Answer', zh: '应答' },
  problems: { en: 'Problems', zh: '错误' },
  example: { en: 'With curl', zh: 'curl 示例' },
  none: { en: 'No operation matches.', zh: '没有匹配的接口。' },
});
