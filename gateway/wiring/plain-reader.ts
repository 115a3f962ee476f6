/** Sealed messages for whoever looks into them: bodies as what they stand for, without the codings they came in. */
import { decodedBy } from '../act/decoded.js';
import { declaredCodings } from '../content-coding.js';
import type { Codings, OpenedMessage, VaultReader } from '../ports.js';

export function plainReader(reader: VaultReader, codings: Codings): VaultReader {
  return { open: async (id) => plainMessage(await reader.open(id), codings) };
}

function plainMessage(message: OpenedMessage, codings: Codings): OpenedMessage {
  const { head } = message;
  const coding = codings.of(declaredCodings(head.http.fields));
  if (coding === undefined) return message;
  let whole = false;
  return {
    head: { ...head, http: { ...head.http, fields: head.http.fields.filter(([name]) => !/^(content-encoding|x-amz-content-sha256)$/i.test(name)) } },
    async *body() {
      whole = false;
      let came = 0;
      const decoder = coding.decoder();
      yield* decodedBy(decoder, message.body(), (bytes) => (came += bytes));
      whole = came === head.bodyLength && decoder.problem === undefined;
    },
    edits: () => message.edits(),
    whole: () => whole,
    close: () => message.close(),
  };
}
