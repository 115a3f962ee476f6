/** Why the embedded database cannot start: each says in one line what is wrong and what to do. */

export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  readonly code = 'DATA_FOLDER_IN_USE';
  constructor(readonly folder: string, readonly pid: number) {
    super(`Another Weir (process ${pid}) is using the data folder ${folder}. Stop it, or set WEIR_DATA to another folder.`);
  }
}

export class DataFolderVersion extends Error {
  override readonly name = 'DataFolderVersion';
  readonly code = 'DATA_FOLDER_VERSION';
  constructor(readonly folder: string, readonly found: string, readonly needed: string) {
    super(
      `The database in ${folder} was written by PostgreSQL ${found}; this Weir runs PostgreSQL ${needed}. ` +
        'Run "weir backup" with the release that wrote it, then "weir restore" with this one.',
    );
  }
}

export type EmbeddedProblem = 'no-account' | 'no-binaries' | 'no-password' | 'initdb-failed' | 'start-failed' | 'start-timeout';

const SENTENCES = {
  'no-account': 'The user that Weir runs as has no entry in the password database, which PostgreSQL needs. Add one, or set WEIR_DATABASE_URL to an external PostgreSQL.',
  'no-binaries': 'No embedded PostgreSQL is installed for this platform. Run "npm install", or set WEIR_DATABASE_URL to an external PostgreSQL.',
  'no-password': 'The database exists but its password file is gone. Put it back from a backup, or set WEIR_DATA to an empty folder.',
  'initdb-failed': 'The database could not be created.',
  'start-failed': 'The embedded PostgreSQL ended while it was starting.',
  'start-timeout': 'The embedded PostgreSQL did not become ready in time.',
} as const satisfies Record<EmbeddedProblem, string>;

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: string;
  constructor(readonly problem: EmbeddedProblem, readonly detail?: string) {
    super(detail === undefined ? SENTENCES[problem] : `${SENTENCES[problem]} ${detail}`);
    this.code = `POSTGRES_${problem.toUpperCase().replace('-', '_')}`;
  }
}
