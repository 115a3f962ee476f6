/** Texts of the commands that make a fleet's keys and tell it which vault is its own. */
import type { Language } from './words.js';

const EN = {
  keysOption: 'keys folder of the fleet (default: $WEIR_KEYS, else keys in the data folder)',
  init: 'Make a whole keys folder for a new fleet, or one from an installation that becomes part of it.',
  initOut: 'folder to make it in; its nodes name it in WEIR_KEYS',
  initData: 'data folder of an installation whose keys are taken along',
  made: 'Keys folder: {path}',
  madeAnew: 'Made anew: {names}',
  madeNothing: 'All of them were copied.',
  keepSafe: 'Name it in WEIR_KEYS on every node, readable there and nowhere else. Keep a copy apart from vault and database: without it what is held cannot be opened.',
  adopt: 'Make this vault and these keys the ledger\'s own, when those it had are gone for good.',
  adoptReason: 'why; stored in the audit, so no personal number may be in it',
  adopted: 'The ledger now goes with vault {vault} and with the keys in {keys}. Messages that are not in this vault will be marked as failed.',
  reasonNumber: 'The reason looks as if it held a number that belongs to a person. It is stored as it stands, so leave that out.',
  reasonEmpty: 'Say why, in up to 500 characters: --reason TEXT',
} as const;

const ZH: Record<keyof typeof EN, string> = {
  keysOption: '集群的密钥目录（默认 $WEIR_KEYS，否则为数据目录中的 keys）',
  init: '为新集群生成完整的密钥目录，或从将并入集群的安装中取出。',
  initOut: '要生成的目录；各节点用 WEIR_KEYS 指定',
  initData: '其密钥要一并带走的安装的数据目录',
  made: '密钥目录：{path}',
  madeAnew: '新生成：{names}',
  madeNothing: '全部为复制。',
  keepSafe: '请在每个节点上用 WEIR_KEYS 指定该目录，且仅限节点读取。另存一份，与留存库和数据库分开：缺少它，留存的内容无法打开。',
  adopt: '原有的留存库或密钥确已丢失时，将当前的留存库与密钥认作账本所属。',
  adoptReason: '原因；写入审计记录，其中不得含个人号码',
  adopted: '账本现对应留存库 {vault} 以及 {keys} 中的密钥。不在此留存库中的消息将标记为失败。',
  reasonNumber: '原因中似乎含有个人号码。原因会原样保存，请去掉号码。',
  reasonEmpty: '请用 --reason 说明原因，不超过 500 个字符',
};

export type KeysWords = Readonly<Record<keyof typeof EN, string>>;

export function keysWords(language: Language): KeysWords {
  return language === 'zh' ? ZH : EN;
}
