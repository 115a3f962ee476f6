/** Which of several hosts is connected to: the one that worked last, the next in turn when it refuses. */

export interface PgHost {
  readonly host: string;
  readonly port: number;
}

export interface PgHosts {
  readonly all: readonly PgHost[];
  /** Only hosts that take writes (target_session_attrs=read-write). */
  readonly readWrite: boolean;
  current(): PgHost;
  /** `failed` did not let us in. Others that found out the same at the same time move on once. */
  next(failed: PgHost): void;
}

export function pgHosts(all: readonly [PgHost, ...PgHost[]], readWrite: boolean): PgHosts {
  let at = 0;
  const current = (): PgHost => all[at] ?? all[0];
  return {
    all, readWrite, current,
    next(failed) {
      if (failed === current()) at = (at + 1) % all.length;
    },
  };
}
