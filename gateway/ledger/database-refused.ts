/** Why an external database cannot be used: one sentence each, with what to do; never the URL, the password or the server's own words. */

const SENTENCES = {
  'bad-url': [
    '{variable} is not a database URL. It looks like postgres://user@host:5432/database?sslmode=verify-full; special characters in user and password are percent-encoded.',
    '{variable} 不是有效的数据库地址，正确形式如 postgres://user@host:5432/database?sslmode=verify-full；用户名和密码中的特殊字符须做百分号编码。',
  ],
  'bad-parameter': ['{variable} has a parameter that Weir does not know: {detail}. Known: {known}.', '{variable} 含有无法识别的参数 {detail}，可用参数：{known}。'],
  'bad-value': ['In {variable}, {detail} has a value that cannot be used. Possible: {known}.', '{variable} 中参数 {detail} 的取值无效，可用取值：{known}。'],
  'bad-file': ['The file that {detail} of {variable} names cannot be read. Check the path and that the user Weir runs as may read it.', '无法读取 {variable} 中 {detail} 指定的文件，请检查路径以及运行用户的读取权限。'],
  'no-password-file': ['The file that {detail} names cannot be read. Check the path and that the user Weir runs as may read it.', '无法读取 {detail} 指定的文件，请检查路径以及运行用户的读取权限。'],
  'unreachable': ['The database server cannot be reached. Check host, port and firewall of WEIR_DATABASE_URL, and that the server runs.', '无法连接数据库服务器，请检查 WEIR_DATABASE_URL 的主机、端口与防火墙，并确认服务器正在运行。'],
  'starting': ['The database server is starting, stopping or recovering. Start Weir again when it answers.', '数据库服务器正在启动、停止或恢复，请在其可用后重新启动 Weir。'],
  'wrong-password': ['The database does not accept the user and password. Correct them in WEIR_DATABASE_URL or in the file that WEIR_DATABASE_PASSWORD_FILE names.', '数据库不接受该用户名和密码，请在 WEIR_DATABASE_URL 或 WEIR_DATABASE_PASSWORD_FILE 指定的文件中更正。'],
  'no-password': ['The database asks for a password and none is given. Put it into WEIR_DATABASE_URL or into a file that WEIR_DATABASE_PASSWORD_FILE names.', '数据库要求密码但未提供，请写入 WEIR_DATABASE_URL 或 WEIR_DATABASE_PASSWORD_FILE 指定的文件。'],
  'not-let-in': ['The database server does not let this user in from this machine, or only with TLS. Check the user, pg_hba.conf, and sslmode in WEIR_DATABASE_URL.', '数据库服务器不允许该用户从本机登录，或仅允许 TLS 连接，请检查用户、pg_hba.conf 以及 WEIR_DATABASE_URL 的 sslmode。'],
  'no-database': ['The database that WEIR_DATABASE_URL names does not exist. Create it: create database … owner ….', 'WEIR_DATABASE_URL 指定的数据库不存在，请先创建：create database … owner …。'],
  'no-right': ['The database user may not create or change Weir’s tables. Make it the owner of the database, or grant it: grant connect, create on database … to ….', '数据库用户无权创建或修改 Weir 的表，请将其设为数据库所有者，或授权：grant connect, create on database … to …。'],
  'no-tls': ['The database server offers no TLS. Turn it on there, or add sslmode=disable to WEIR_DATABASE_URL if the network in between can be trusted.', '数据库服务器不提供 TLS，请在服务器端启用；若网络可信，可在 WEIR_DATABASE_URL 中加 sslmode=disable。'],
  'untrusted': ['The certificate of the database server is not signed by an authority that Weir trusts. Let sslrootcert in WEIR_DATABASE_URL name the authority’s certificate.', '数据库服务器的证书不是由受信任的机构签发，请在 WEIR_DATABASE_URL 中用 sslrootcert 指定签发机构的证书。'],
  'wrong-name': ['The certificate of the database server is for another host name. Use the name that stands in it, or sslmode=verify-ca in WEIR_DATABASE_URL.', '数据库服务器证书的主机名不符，请使用证书中的主机名，或在 WEIR_DATABASE_URL 中使用 sslmode=verify-ca。'],
  'no-connections': ['The database server takes no more connections. Raise max_connections there, lower pool_max in WEIR_DATABASE_URL, or run fewer nodes.', '数据库服务器连接数已满，请在服务器端提高 max_connections，或降低 WEIR_DATABASE_URL 的 pool_max，或减少节点数。'],
  'too-old': ['The database server is PostgreSQL {detail}; Weir needs 13 or newer. Upgrade it.', '数据库服务器为 PostgreSQL {detail}，Weir 需要 13 或更新版本，请升级。'],
  'read-only': ['The database server only lets read: it is a standby, or set to read-only. Name the primary in WEIR_DATABASE_URL, or all hosts with target_session_attrs=read-write.', '数据库服务器为只读（备库或只读设置），请在 WEIR_DATABASE_URL 中指定主库，或列出所有主机并加 target_session_attrs=read-write。'],
  'pooler': [
    'WEIR_DATABASE_URL leads to a connection pooler that does not pass on what each session needs. Name PostgreSQL itself, or see “Poolers” in docs/fleet.md.',
    'WEIR_DATABASE_URL 指向的连接池不传递会话所需的设置，请直接指定 PostgreSQL，或参阅 docs/fleet.md 的 “Poolers”。',
  ],
  'not-utf8': ['The database is not in UTF-8. Create one that is: create database … encoding ‘UTF8’ template template0.', '数据库编码不是 UTF-8，请新建：create database … encoding ‘UTF8’ template template0。'],
  'clock': ['The clocks of this machine and of the database server differ by {detail} minutes. Set both by NTP: a node with a wrong clock would end what is held before its time.', '本机与数据库服务器的时钟相差 {detail} 分钟，请用 NTP 校准两者：时钟错误的节点会让留存的消息提前到期。'],
  'schema-newer': ['A newer Weir has changed the database in a way that this version ({detail} unknown) cannot work with. Start the newer version here too, or restore a backup from before.', '更新版本的 Weir 已对数据库做出本版本不兼容的变更（未知迁移 {detail}），请在此处也使用新版本，或恢复升级前的备份。'],
  'schema-older': ['The database lacks changes that this version needs, and the database user may not make them. Start one node whose WEIR_DATABASE_URL names the owner first.', '数据库缺少本版本所需的变更，而当前用户无权执行，请先用数据库所有者的 WEIR_DATABASE_URL 启动一个节点。'],
  'migration-waits': ['Another node has been changing the database for more than {detail} minutes, or its tables are in use. Start this one again when that is over.', '另一节点变更数据库已超过 {detail} 分钟，或相关表正被占用，请稍后重新启动本节点。'],
  'app-role': ['WEIR_DATABASE_APP_URL must name another user of the same database than WEIR_DATABASE_URL. Create the role first: create role … login.', 'WEIR_DATABASE_APP_URL 必须与 WEIR_DATABASE_URL 指向同一数据库的另一用户，请先创建角色：create role … login。'],
} as const satisfies Record<string, readonly [en: string, zh: string]>;

export type DatabaseProblem = keyof typeof SENTENCES;

export interface RefusedDetail {
  /** The environment variable that is meant; WEIR_DATABASE_URL unless told. */
  readonly variable?: string;
  /** A word of ours: a parameter, a version. Never what the server said. */
  readonly detail?: string;
  readonly known?: string;
}

export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
  readonly code: string;
  constructor(readonly problem: DatabaseProblem, readonly about: RefusedDetail = {}) {
    super(sentence(problem, about, 0));
    this.code = `DATABASE_${problem.toUpperCase().replaceAll('-', '_')}`;
  }

  sentence(language: 'en' | 'zh'): string {
    return sentence(this.problem, this.about, language === 'en' ? 0 : 1);
  }
}

function sentence(problem: DatabaseProblem, about: RefusedDetail, at: 0 | 1): string {
  const words: Readonly<Record<string, string | undefined>> = { variable: 'WEIR_DATABASE_URL', ...about };
  return SENTENCES[problem][at].replace(/\{(\w+)\}/g, (_whole, name: string) => words[name] ?? '');
}

const BY_SQLSTATE: Readonly<Record<string, DatabaseProblem>> = {
  '28P01': 'wrong-password', '28000': 'not-let-in', '3D000': 'no-database', '42501': 'no-right', '53300': 'no-connections',
  '25006': 'read-only', '57P01': 'starting', '57P02': 'starting', '57P03': 'starting', '55P03': 'migration-waits', '08P01': 'pooler',
};
const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|ERR_TLS_CERT_)/;
/** pg gives these no code; the words are its own, not the server's. */
const BY_WORDS: readonly (readonly [RegExp, DatabaseProblem])[] = [
  [/does not support SSL/, 'no-tls'],
  [/establishing an SSL connection/, 'no-tls'],
  [/client password must be/, 'no-password'],
  [/timeout|terminated|timed out/i, 'unreachable'],
];

/** What a failed connection or first statement means for who starts Weir; `undefined` for what no sentence fits. */
export function databaseRefused(thrown: unknown): DatabaseRefused | undefined {
  if (thrown instanceof DatabaseRefused) return thrown;
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') {
    // A parameter that a real server would never refuse at the start.
    if (code === '08P01' && !/startup parameter/.test(String(message))) return new DatabaseRefused('unreachable');
    const known = BY_SQLSTATE[code];
    if (known !== undefined) return new DatabaseRefused(known, known === 'migration-waits' ? { detail: '2' } : {});
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return new DatabaseRefused('wrong-name');
    if (UNTRUSTED.test(code)) return new DatabaseRefused('untrusted');
    if (/^(ERR_SSL_|EPROTO)/.test(code)) return new DatabaseRefused('not-let-in');
    if (/^(ECONN|ENOTFOUND|EHOST|ENET|ETIMEDOUT|EAI_|EPIPE)/.test(code)) return new DatabaseRefused('unreachable');
    if (/^08/.test(code)) return new DatabaseRefused('unreachable');
  }
  const found = typeof message === 'string' ? BY_WORDS.find(([words]) => words.test(message)) : undefined;
  return found === undefined ? undefined : new DatabaseRefused(found[1]);
}
