/** How a command ends: exit codes, and the error that carries one with a sentence for the person at the terminal. */

export const EXIT = {
  fine: 0,
  /** scan: something was found; held: the message does not allow it; config check, audit verify: not in order. */
  no: 1,
  /** Wrong usage, or the command could not do its work. */
  trouble: 2,
  /** 128 + SIGINT, as shells expect. */
  interrupted: 130,
} as const;

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly sentence: string,
    readonly exitCode: number = EXIT.trouble,
  ) {
    super(sentence);
  }
}
