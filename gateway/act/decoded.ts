/** A body whose content codings are undone: scanned by what it stands for, kept as it came, coded again where a mask has changed it. */
import { WeirError } from '../errors.js';
import type { BodyDecoder, Coding, Evidence, Exchange, Finding, HeadInspection, Inspector, InspectOptions, Receipt, Spool, SpoolFactory, Unscannable } from '../ports.js';
import { joined } from './evidence.js';
import type { PipelinePorts, Run } from './run.js';

/** The codings of a body that are undone, and the exchange as if it had come without them. Nothing stands for nothing. */
export function withoutCodings(ports: PipelinePorts, exchange: Exchange): { readonly exchange: Exchange; readonly coding: Coding | undefined } {
  if (exchange.body.contentEncoding === undefined) return { exchange, coding: undefined };
  const isEmpty = exchange.body.length === 0;
  const coding = isEmpty ? undefined : ports.codings?.of(exchange.body.contentEncoding);
  if (coding === undefined && !isEmpty) return { exchange, coding };
  return { exchange: { ...exchange, body: { ...exchange.body, contentEncoding: undefined } }, coding };
}

/** What looks at the body of a run. */
export function inspectorOf(ports: PipelinePorts, run: Run, masks: (finding: Finding) => boolean, options: InspectOptions): Inspector {
  const inspector = ports.inspectors.inspect(run.exchange.body, run.prefix, masks, options);
  const { coding, body, books } = run;
  return coding === undefined || body.decoder === undefined ? inspector : decodedInspector(inspector, ports, coding, body.decoder, () => books.bytes);
}

/** The inspector of what a body stands for, with what its codings showed added: what kept them from being undone, and what travelled beside the content. */
export function decodedInspector(inspector: Inspector, { inspectors }: Pick<PipelinePorts, 'inspectors'>, coding: Coding, decoder: BodyDecoder, wire: () => number): Inspector {
  let beside: { readonly texts: number; readonly looked: HeadInspection } | undefined;
  /** A file name in a gzip's header goes when the body is coded again, so that findings in it can be masked: as those of a query can. */
  const looked = (): HeadInspection => {
    const { texts } = decoder;
    if (beside?.texts !== texts.length) beside = { texts: texts.length, looked: inspectors.inspectHead(texts.map((text, at) => ({ name: `gzip:${at + 1}`, kind: 'query', text })), () => false) };
    return beside.looked;
  };
  const problem = (): readonly Unscannable[] => (decoder.problem === undefined ? [] : [{ part: 'body', reason: decoder.problem.reason, bytes: wire(), detail: decoder.problem.detail }]);
  return {
    write: (chunk: Uint8Array, last?: boolean) => inspector.write(chunk, last),
    end: (complete: boolean) => inspector.end(complete),
    takeChildBytes: () => inspector.takeChildBytes(),
    childSink: (child: number) => inspector.childSink(child),
    get children() {
      return inspector.children;
    },
    get childRanges() {
      return inspector.childRanges;
    },
    get unscannable() {
      return [...problem(), ...inspector.unscannable, ...looked().evidence.unscannable];
    },
    evidence(): Evidence {
      const { classes, unscannable } = joined(inspector.evidence(), looked().evidence);
      return { classes, unscannable: [...problem(), ...unscannable] };
    },
    findings: (): readonly Finding[] => [...inspector.findings(), ...looked().findings],
    receipt: () => decodedReceipt(inspector.receipt(), coding, decoder, wire()),
  };
}

/** What could not be undone to its end was not read: how far it got may depend on how it was cut. */
function decodedReceipt(receipt: Receipt, { names }: Coding, { problem }: BodyDecoder, wire: number): Receipt {
  if (problem !== undefined) {
    const { inside: _, ...rest } = receipt;
    return { ...rest, size: wire, scanned: 0, unscanned: wire, wire, parts: [{ part: 'body', chain: names, scanned: 0, unscanned: wire, reason: problem.reason }], more: 0 };
  }
  return { ...receipt, wire, parts: receipt.parts.map((one) => (one.inside === undefined ? { ...one, chain: [...names, ...one.chain] } : one)) };
}

/** What a body stands for, as far as it can be told: `decoder.problem` says why it ended early. `came` counts the bytes that were read for it. */
export async function* decodedBy(decoder: BodyDecoder, body: AsyncIterable<Uint8Array>, came: (bytes: number) => void = () => undefined): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      came(chunk.length);
      yield* decoder.write(chunk);
    }
    yield* decoder.end();
  } finally {
    decoder.close();
  }
}

/** What kept bytes stand for, once more; they could be read before, and no mask is worth anything where they cannot be now. */
export async function* decodedAgain(coding: Coding, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = coding.decoder();
  yield* decodedBy(decoder, body);
  if (decoder.problem !== undefined) throw new WeirError('mask-failed');
}

/** What the kept bytes of a run stand for. */
export function plainOf(run: Run, spool: Spool, size: number): Pick<Spool, 'size' | 'stream'> {
  const { coding } = run;
  return coding === undefined ? spool : { size, stream: () => decodedAgain(coding, spool.stream()) };
}

/** Codings that a changed body leaves with; undefined where it cannot leave changed. */
export function leavingCodings({ coding, body, exchange }: Run): readonly string[] | undefined {
  return body.decoder?.problem === undefined ? coding?.leavesAs(exchange.takesGzip ?? false) : undefined;
}

/** What an outgoing head is to say of them: nothing where they are those it declares. */
export function declaredAs({ coding }: Run, codings: readonly string[]): readonly string[] | undefined {
  return coding?.names.join() === codings.join() ? undefined : codings;
}

/** A changed body coded again, kept so that its length is known before its first byte leaves. */
export async function codedAgain(spools: SpoolFactory, coding: Coding, names: readonly string[], plain: AsyncIterable<Uint8Array>): Promise<Spool> {
  const spool = spools.create();
  try {
    for await (const chunk of coding.encode(names, plain)) await spool.write(chunk);
    return spool;
  } catch (thrown) {
    await spool.close();
    throw thrown;
  }
}
