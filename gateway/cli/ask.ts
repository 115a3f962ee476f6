/** Asks a person at the terminal, or reads the answers line by line from a pipe; secrets are not shown while they are typed. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface Asking {
  /** The next line; undefined at the end of the input. */
  ask(question: string, options?: { readonly hidden: boolean }): Promise<string | undefined>;
  close(): void;
}

export function asking(input: NodeJS.ReadStream, output: NodeJS.WritableStream): Asking {
  let hidden = false;
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: shown, terminal: input.isTTY });
  const reader = lines[Symbol.asyncIterator]();
  return {
    async ask(question, options = { hidden: false }) {
      output.write(`${question} `);
      hidden = options.hidden;
      const answer = await reader.next();
      if (hidden && input.isTTY) output.write('\n');
      hidden = false;
      return answer.done === true ? undefined : answer.value;
    },
    close: () => lines.close(),
  };
}
