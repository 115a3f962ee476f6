/** Every text of the demo page, and the names of states, in English and Chinese. */
import type { HeldState, MailFate } from '../ports.js';

export type Language = 'en' | 'zh';

export const STATE_NAMES: Readonly<Record<Language, Readonly<Record<HeldState, string>>>> = {
  en: {
    held: 'held', 'awaiting-second': 'awaiting a second person', releasing: 'releasing', sending: 'sending', released: 'released',
    rejected: 'rejected', expired: 'expired', failed: 'failed', uncertain: 'uncertain', 'needs-credentials': 'needs credentials',
  },
  zh: {
    held: '待审', 'awaiting-second': '待复核', releasing: '放行中', sending: '发送中', released: '已放行',
    rejected: '已拒绝', expired: '已过期', failed: '发送失败', uncertain: '结果待确认', 'needs-credentials': '需要凭据',
  },
};

export const FATE_NAMES: Readonly<Record<Language, Readonly<Record<MailFate, string>>>> = {
  en: { delivered: 'delivered', held: 'waiting', blocked: 'blocked', relaying: 'on its way', refused: 'refused by the next hop', rejected: 'rejected', expired: 'expired' },
  zh: { delivered: '已送达', held: '待审', blocked: '已拦截', relaying: '投递中', refused: '下一跳已拒收', rejected: '已拒绝', expired: '已过期' },
};

export const WORDS = {
  en: {
    tagline: 'Data-loss-prevention gateway',
    route: 'Route',
    demo: 'What arrived at the demo sink',
    demoBanner: 'Demo mode: traffic of demo routes ends in this process, and this page shows it to everyone who can reach it.',
    demoTitle: 'Demo sink',
    demoNone: 'Nothing has arrived yet. Send something through a demo route.',
    arrived: 'Arrived',
    request: 'Request',
    bytes: 'bytes',
    fields: 'Header fields',
    body: 'Body',
    cut: 'Only the beginning is shown.',
    demoIncomplete: 'broken off by the sender: incomplete, no delivery',
    binary: 'Not text.',
    back: 'Back',
    json: 'as JSON',
  },
  zh: {
    tagline: '数据防泄漏网关',
    route: '路由',
    demo: '演示接收端收到的内容',
    demoBanner: '演示模式：演示路由的流量止于本进程，凡能访问此页面的人都能看到其内容。',
    demoTitle: '演示接收端',
    demoNone: '尚未收到内容。请通过演示路由发送一些内容。',
    arrived: '到达时间',
    request: '请求',
    bytes: '字节',
    fields: '请求头',
    body: '正文',
    cut: '仅显示开头部分。',
    demoIncomplete: '发送方中断，内容不完整，不算送达',
    binary: '非文本内容。',
    back: '返回',
    json: 'JSON 格式',
  },
} as const satisfies Record<Language, Record<string, string>>;

export type Words = Readonly<Record<keyof (typeof WORDS)['en'], string>>;
