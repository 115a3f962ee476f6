/** Texts of `weir jobs`. */
import type { JobKind, JobState } from '../ports.js';
import type { Language } from './words.js';

const EN = {
  jobs: 'what was decided and is still to be done, and what was given up',
  list: 'list jobs, newest first',
  retry: 'try a job again that was given up; nothing about its message is decided anew',
  stateOption: 'only this state; "open" for ready, delayed and waiting',
  kindOption: 'only this kind',
  incidentOption: 'only of this message',
  afterOption: '"next" of the page before',
  number: 'number of the job, as the list shows it',
  headings: 'number\tkind\tstate\tmessage\ttries\tcode\tmade\tdue',
  none: 'No jobs.',
  retried: 'Job {n} is tried again.',
} as const;
type Keys = keyof typeof EN;
const ZH: Record<Keys, string> = {
  jobs: '已作决定、尚待执行的任务，以及已放弃的任务',
  list: '列出任务，最新在前',
  retry: '重试已放弃的任务；不会改变对其消息的决定',
  stateOption: '仅列出此状态；open 表示就绪、等待重试与等待条件',
  kindOption: '仅列出此类型',
  incidentOption: '仅列出此消息的任务',
  afterOption: '上一页的 next',
  number: '任务编号，见列表',
  headings: '编号\t类型\t状态\t消息\t次数\t代码\t创建时间\t到期时间',
  none: '没有任务。',
  retried: '任务 {n} 将重试。',
};

/** Kinds stand as `--kind` takes them; so do English states. */
const STATES_ZH: Record<JobState, string> = { ready: '就绪', delayed: '等待重试', waiting: '等待条件', dead: '已放弃', done: '已完成', moot: '不再需要' };
const KINDS_ZH: Record<JobKind, string> = { release: '放行', destroy: '销毁', notice: '发件人通知', alert: '告警', rescan: '重新扫描' };

export interface JobWords extends Record<Keys, string> {
  readonly stateName: (state: JobState) => string;
  readonly kindName: (kind: JobKind) => string;
}

export function jobWords(language: Language): JobWords {
  if (language === 'zh') return { ...ZH, stateName: (state) => STATES_ZH[state], kindName: (kind) => KINDS_ZH[kind] };
  return { ...EN, stateName: (state) => state, kindName: (kind) => kind };
}
