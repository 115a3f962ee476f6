/** One request and its answer: through the pipeline, to the upstream, and back, in the directions its route scans. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asWeirError, causeCode, WeirError, type ErrorCode } from '../../errors.js';
import type { Action, Clock, Ended, Exchange, ExchangeId, Field, Log, Outbound, Pipeline, Upstream, UpstreamReply, Verdict } from '../../ports.js';
import type { Admitted } from './admit.js';
import { requestExchange, responseExchange, type RequestBody } from './exchange.js';
import type { FactReader } from './facts.js';
import { tokensOf } from './fields.js';
import type { Refusal } from './problem.js';
import { respond, settleArrival, weirFields, type AnswerStyle } from './respond.js';
import { answerHead, answerTrailers, verdictTrailer } from './scanned-answer.js';
import { breakOff, endReply, isBodyless, writeBody, writeHead } from './write-reply.js';

export interface TurnTools {
  readonly pipeline: Pipeline;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly log: Log;
  readonly onError: (code: ErrorCode, route: string | undefined) => void;
  /** No further request is wanted on this connection. */
  readonly closing: () => boolean;
}

export interface Turn {
  readonly id: ExchangeId;
  readonly receivedAt: number;
  readonly request: Admitted;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly facts: FactReader;
  readonly upstream: Upstream;
  readonly style: AnswerStyle;
}

/** Never throws: whatever goes wrong, the client is told and the error is counted. */
export async function takeTurn(turn: Turn, tools: TurnTools): Promise<void> {
  const gone = new AbortController();
  turn.response.on('close', () => {
    if (!turn.response.writableFinished) gone.abort();
  });
  try {
    const exchange = await requestExchange(turn.id, turn.receivedAt, turn.request, turn.body, turn.facts);
    if (turn.request.route.direction.includes('request')) await scannedRequest(turn, tools, exchange, gone);
    else await unscannedRequest(turn, tools, exchange, gone);
  } catch (thrown) {
    fail(turn, tools, asWeirError(thrown, 'internal'));
    gone.abort();
  }
}

async function scannedRequest(turn: Turn, tools: TurnTools, exchange: Exchange, gone: AbortController): Promise<void> {
  const ended = await tools.pipeline.run(exchange, (outbound) => send(turn, exchange, outbound, gone.signal));
  await closing(ended, async () => {
    if (ended.kind !== 'forwarded') await settleArrival(turn.message);
    switch (ended.kind) {
      case 'forwarded': return deliver(turn, tools, exchange, ended.sent, ended.verdict().action, gone);
      case 'blocked': return refuse(turn, tools, { kind: 'blocked', direction: 'request', status: 403 }, turn.id);
      case 'held': return refuse(turn, tools, { kind: 'held', direction: 'request', status: turn.request.route.onHold === 'accept' ? 202 : 403 }, ended.incident);
      case 'failed': {
        const status = fail(turn, tools, ended.error);
        gone.abort();
        return status;
      }
    }
  });
}

async function unscannedRequest(turn: Turn, tools: TurnTools, exchange: Exchange, gone: AbortController): Promise<void> {
  const outbound: Outbound = { target: exchange.http.target, change: 'none', length: exchange.body.length, body: exchange.chunks, trailers: () => exchange.trailers() };
  const reply = await send(turn, exchange, outbound, gone.signal);
  await deliver(turn, tools, exchange, reply, 'pass', gone);
}

/** Tells the pipeline exactly once what the client was told. */
async function closing<T>(ended: Ended<T>, answer: () => Promise<number | undefined> | number | undefined): Promise<void> {
  let status: number | undefined;
  try {
    status = await answer();
  } finally {
    ended.close(status);
  }
}

async function send(turn: Turn, exchange: Exchange, outbound: Outbound, signal: AbortSignal): Promise<UpstreamReply> {
  const { request } = turn;
  return turn.upstream.request({
    method: request.method,
    fields: exchange.http.fields,
    via: { clientAddress: request.clientAddress, scheme: request.scheme, host: request.authority, fromTrustedProxy: request.fromTrustedProxy },
    outbound,
    signal,
  });
}

/** Answers with the status that the client was told. */
async function deliver(turn: Turn, tools: TurnTools, asked: Exchange, reply: UpstreamReply, action: Action, gone: AbortController): Promise<number | undefined> {
  if (reply.status < 200) throw new WeirError('upstream-invalid');
  if (turn.request.route.direction.includes('response') && !isBodyless(turn.request.method, reply.status)) {
    return deliverScanned(turn, tools, asked, reply, action, gone);
  }
  return deliverAsIs(turn, tools, reply, action, gone);
}

async function deliverAsIs(turn: Turn, tools: TurnTools, reply: UpstreamReply, action: Action, gone: AbortController): Promise<number | undefined> {
  const { response } = turn;
  try {
    writeHead(response, reply, turn.request.route.weirHeaders ? weirFields(action, turn.id) : [], reply.early || tools.closing());
    if (!isBodyless(turn.request.method, reply.status)) await writeBody(response, reply.body, turn.request.route.bodyTimeout);
    endReply(response, isBodyless(turn.request.method, reply.status) ? [] : reply.trailers());
    return reply.status;
  } catch (thrown) {
    const told = fail(turn, tools, asWeirError(thrown, 'upstream-reset'));
    gone.abort();
    return told ?? (response.headersSent ? reply.status : undefined);
  }
}

async function deliverScanned(turn: Turn, tools: TurnTools, asked: Exchange, reply: UpstreamReply, action: Action, gone: AbortController): Promise<number | undefined> {
  const { response, request } = turn;
  const exchange = responseExchange(tools.newId(), tools.clock.now(), request, asked.facts, reply);
  const trailing = request.route.weirHeaders && response.req.httpVersion === '1.1' && tokensOf(request.fields, 'te').includes('trailers');
  let trailers: () => readonly Field[] = () => [];
  const ended = await tools.pipeline.run(exchange, async (outbound) => {
    const named = strictest(action, outbound.verdict);
    const incident = named === action ? turn.id : exchange.id;
    writeHead(response, answerHead(reply, outbound, trailing), request.route.weirHeaders ? weirFields(named, incident) : [], reply.early || tools.closing());
    trailers = () => outbound.trailers();
    await writeBody(response, outbound.body, request.route.bodyTimeout);
  });
  let status: number | undefined;
  try {
    switch (ended.kind) {
      case 'forwarded':
        endReply(response, [...answerTrailers(trailers()), ...(trailing ? verdictTrailer(ended.verdict(), exchange.id) : [])]);
        status = reply.status;
        break;
      case 'blocked':
        status = refuse(turn, tools, { kind: 'blocked', direction: 'response', status: 403 }, exchange.id);
        break;
      case 'held':
        status = refuse(turn, tools, { kind: 'held', direction: 'response', status: 403 }, ended.incident);
        break;
      case 'failed':
        status = response.headersSent ? reply.status : undefined;
        status = fail(turn, tools, ended.error, exchange.id) ?? status;
        break;
    }
    // An answer that stops here was not read to its end.
    if (ended.kind !== 'forwarded') gone.abort();
    return status;
  } finally {
    ended.close(status);
  }
}

const STRICTNESS: readonly Action[] = ['pass', 'mask', 'hold', 'block'];

/** The request's verdict stands unless the answer's is known in time and says more. */
function strictest(action: Action, verdict: Verdict | undefined): Action {
  return verdict !== undefined && STRICTNESS.indexOf(verdict.action) > STRICTNESS.indexOf(action) ? verdict.action : action;
}

function refuse(turn: Turn, tools: TurnTools, refusal: Refusal, incident: string): number | undefined {
  return respond(turn.response, { refusal, incident, style: turn.style, weirHeaders: turn.request.route.weirHeaders }, tools.closing());
}

/** Tells the client if it can still be told, and cuts the answer short if not. */
function fail(turn: Turn, tools: TurnTools, error: WeirError, incident: string = turn.id): number | undefined {
  const route = turn.request.route.id;
  tools.onError(error.code, route);
  const fields = { exchange: incident, route, code: error.code, cause: causeCode(error) };
  // People close tabs; that is no warning.
  if (error.code === 'client-aborted') tools.log.info('http.exchange-failed', fields);
  else tools.log.warn('http.exchange-failed', fields);
  if (turn.response.headersSent || turn.response.destroyed) {
    breakOff(turn.response);
    return undefined;
  }
  return refuse(turn, tools, { kind: 'error', code: error.code }, incident);
}
