/** Texts of `weir start` that came with fleets. */
import type { Language } from './words.js';

const EN = {
  processes: 'processes that carry traffic, side by side on one port (default: processes in the configuration, else 1)',
  custody: 'where the review key is: local, supplied or absent (default: vault.custody in the configuration)',
} as const;
const ZH: Record<keyof typeof EN, string> = {
  processes: '并行承载流量的进程数，共用一个监听端口（默认取配置中的 processes，否则为 1）',
  custody: '审核密钥的保管方式：local、supplied 或 absent（默认取配置中的 vault.custody）',
};

export const startWords = (language: Language): Record<keyof typeof EN, string> => (language === 'zh' ? ZH : EN);
