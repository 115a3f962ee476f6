/** The life of a process that opens files: told its settings once, it reads or writes one file after the other and asks the gateway for every byte. */
import type { ChildPart, PartSource, Spool } from '../../ports.js';
import { MOST_BYTES, MOST_TOLD, type ChildSettings, type FromChild, type Told, type ToChild } from './child-protocol.js';
import { lookIntoContainer } from './child-look.js';
import { rewriteContainer } from './child-rewrite.js';
import type { ContainerTools } from './child-run.js';
import { cachedSource } from './child-source.js';
import { childSpools, type Overflow } from './child-spool.js';
import { ExtractError } from './contract.js';
import { readContainer } from './read-container.js';

export interface ChildHostOptions {
  readonly send: (message: FromChild) => void;
  /** What reads, made once from the settings; throws where a detector does not prove itself. */
  readonly build: (settings: ChildSettings) => Pick<ContainerTools, 'leaf' | 'rewriter' | 'rewrapped' | 'extractorFor' | 'look'>;
  /** A word for the log about what was thrown. */
  readonly codeOf: (thrown: unknown) => string;
}

/** Answers with what takes the gateway's messages. */
export function childHost({ send, build, codeOf }: ChildHostOptions): (message: ToChild) => void {
  const waiting = new Map<number, (bytes: Uint8Array) => void>();
  let requests = 0;
  let spoolNumbers = 0;
  let tools: ContainerTools | undefined;

  const ask = (make: (request: number) => FromChild): Promise<Uint8Array> =>
    new Promise((resolve) => {
      const request = ++requests;
      waiting.set(request, resolve);
      send(make(request));
    });
  const told: Told[] = [];
  const flush = (): void => {
    if (told.length > 0) send({ kind: 'told', told: told.splice(0) });
  };
  const tell = (one: Told): void => {
    if (told.push(one) >= MOST_TOLD) flush();
  };

  function overflow(): Overflow {
    const spool = spoolNumbers++;
    let size = 0;
    return {
      async append(bytes) {
        for (let at = 0; at < bytes.length; at += MOST_BYTES) {
          const piece = bytes.subarray(at, at + MOST_BYTES);
          await ask((request) => ({ kind: 'append', request, spool, bytes: piece }));
          size += piece.length;
        }
      },
      async read(offset, length) {
        const pieces: Uint8Array[] = [];
        const to = Math.min(size, offset + length);
        for (let at = offset; at < to; at += MOST_BYTES) pieces.push(await ask((request) => ({ kind: 'fetch', request, spool, offset: at, length: Math.min(MOST_BYTES, to - at) })));
        return Buffer.concat(pieces);
      },
      async close() {
        await ask((request) => ({ kind: 'drop', request, spool }));
      },
    };
  }
  function begin(settings: ChildSettings): void {
    const spools = childSpools({ memory: settings.keeps, overflow });
    tools = { ...build(settings), limits: settings.limits, spool: (): Spool => spools.create(), onFailure: (thrown) => send({ kind: 'threw', code: codeOf(thrown) }) };
    send({ kind: 'ready' });
  }
  const sourceOf = (size: number): PartSource => cachedSource(size, (offset, length) => ask((request) => ({ kind: 'range', request, offset, length })), MOST_BYTES);

  async function read(own: ContainerTools, child: ChildPart, size: number): Promise<void> {
    const memo = await readContainer(
      own, child, sourceOf(size),
      { found: (one) => tell({ kind: 'found', one }), unscannable: (one) => tell({ kind: 'unscannable', one }), line: (one) => tell({ kind: 'line', one }) },
      new AbortController().signal,
    );
    flush();
    send({ kind: 'done', ...(memo === undefined ? {} : { memo }) });
  }
  async function rewrite(own: ContainerTools, { child, size, memo, wanted }: Extract<ToChild, { kind: 'rewrite' }>): Promise<void> {
    for await (const bytes of rewriteContainer(own, child, sourceOf(size), memo, wanted, new AbortController().signal)) {
      // One after the other: the gateway answers when it has taken the piece.
      for (let at = 0; at < bytes.length; at += MOST_BYTES) await ask((request) => ({ kind: 'piece', request, bytes: bytes.subarray(at, at + MOST_BYTES) }));
    }
    send({ kind: 'done' });
  }
  async function look(own: ContainerTools, { child, size, asked }: Extract<ToChild, { kind: 'look' }>): Promise<void> {
    const looked = await lookIntoContainer(own, child, sourceOf(size), asked, new AbortController().signal);
    send({ kind: 'looked', looked });
    send({ kind: 'done' });
  }
  const failed = (thrown: unknown): void => {
    flush();
    send(thrown instanceof ExtractError ? { kind: 'failed', reason: thrown.reason, code: thrown.detail } : { kind: 'failed', reason: 'failed', code: codeOf(thrown) });
  };
  return (message) => {
    switch (message.kind) {
      case 'begin':
        begin(message.settings);
        return;
      case 'answer':
        waiting.get(message.request)?.(message.bytes ?? new Uint8Array(0));
        waiting.delete(message.request);
        return;
      case 'read':
        if (tools !== undefined) read(tools, message.child, message.size).catch(failed);
        return;
      case 'look':
        if (tools !== undefined) look(tools, message).catch(failed);
        return;
      case 'rewrite':
        if (tools !== undefined) rewrite(tools, message).catch(failed);
        return;
    }
  };
}
