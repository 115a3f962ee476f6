/** Texts of `weir worker` and `weir start --no-workers`. */
import type { Language } from './words.js';

const EN = {
  worker: 'run workers alone: no data plane, no console; needs WEIR_DATABASE_URL',
  queues: 'the queues to work on, separated by commas: release, destroy, notice, alert, rescan (default: all)',
  concurrency: 'jobs at a time in each queue, 1 to 64',
  noWorkers: 'work on no jobs in this process: workers of their own do',
  wrongQueues: '--queues takes names of queues separated by commas: release, destroy, notice, alert, rescan.',
  wrongConcurrency: '--concurrency takes a number from 1 to 64.',
} as const;
const ZH: Record<keyof typeof EN, string> = {
  worker: '仅运行任务进程：不含数据面与控制台；须设置 WEIR_DATABASE_URL',
  queues: '要处理的队列，以逗号分隔：release、destroy、notice、alert、rescan（默认全部）',
  concurrency: '每个队列同时处理的任务数，1 至 64',
  noWorkers: '本进程不处理任务，由独立的任务进程处理',
  wrongQueues: '--queues 须为以逗号分隔的队列名称：release、destroy、notice、alert、rescan。',
  wrongConcurrency: '--concurrency 须为 1 至 64 的数字。',
};

export const workerWords = (language: Language): Record<keyof typeof EN, string> => (language === 'zh' ? ZH : EN);
