/** What `npm start -- …` and `node dist/gateway/main.js …` may say; anything else is refused before it could start something that nobody asked for. */
import { parseArgs } from 'node:util';
import { causeCode } from '../errors.js';

export interface Invocation {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly processes?: string | undefined;
  /** False with `--no-workers`. */
  readonly workers?: boolean | undefined;
  readonly custody?: string | undefined;
}

export const USAGE = `npm start -- [--config FILE] [--data DIR] [--processes N] [--custody local|supplied|absent] [--no-workers]

Starts the gateway; everything else is done by the weir command: npx weir --help
启动网关；其他操作使用 weir 命令：npx weir --help

  --config FILE   the configuration (default: $WEIR_CONFIG, else the shipped one)    配置文件（默认取 $WEIR_CONFIG，否则为自带配置）
  --data DIR      what it keeps (default: $WEIR_DATA, else ./data)    数据目录（默认取 $WEIR_DATA，否则为 ./data）
  --processes N   processes that carry traffic    承载流量的进程数
  --custody HOW   where the review key is    审核密钥的保管方式
  --no-workers    works on no jobs; workers of their own do    不处理任务，由独立的 worker 处理
`;

/** `help`: asked for, or needed because of `problem`. */
export type Asked = { readonly kind: 'start'; readonly invocation: Invocation } | { readonly kind: 'help'; readonly problem: string | undefined };

export function parseInvocation(words: readonly string[]): Asked {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: [...words], options: { config: text, data: text, processes: text, custody: text, 'no-workers': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) return { kind: 'help', problem: undefined };
    const { config, data, processes, custody } = values;
    return { kind: 'start', invocation: { config, data, processes, custody, workers: values['no-workers'] !== true } };
  } catch (thrown) {
    if (!causeCode(thrown).startsWith('ERR_PARSE_ARGS_')) throw thrown;
    // Node's own first sentence; what follows speaks of programs' code.
    const [sentence = ''] = String((thrown as { readonly message?: unknown }).message).split(/\.(?:\s|$)|\n/, 1);
    return { kind: 'help', problem: sentence };
  }
}
