/** One request and its answer: through the pipeline, to the upstream, and back, in the directions its route scans. */
import { asWeirError, causeCode, WeirError, type ErrorCode } from '../../errors.js';
import type { Action, Clock, Ended, Exchange, ExchangeId, Field, Leaving, Log, Outbound, PartBook, Pipeline, Upstream, UpstreamReply, UpstreamRequest, Verdict } from '../../ports.js';
import type { Admitted } from './admit.js';
import { bodylessExchange, hasScannedFields, requestExchange, responseExchange, type RequestBody } from './exchange.js';
import type { FactReader } from './facts.js';
import { tokensOf } from './fields.js';
import type { Refusal } from './problem.js';
import type { Call } from './front/front.js';
import { Gone } from './leaving.js';
import { respond, styleFor, weirFields } from './respond.js';
import { answerHead, answerTrailers, verdictTrailer } from './scanned-answer.js';
import { uploadTurn } from './uploads/piece-of.js';
import { splitProtocol } from './uploads/split-upload.js';
import type { Asking } from './uploads/staging.js';
import type { UploadTurn } from './uploads/upload-turn.js';
import { isBodyless, writeBody, writeHead } from './write-reply.js';

export interface TurnTools {
  readonly pipeline: Pipeline;
  readonly newId: () => ExchangeId;
  readonly clock: Clock;
  readonly log: Log;
  readonly onError: (code: ErrorCode, route: string | undefined) => void;
  /** Of uploads whose parts went through this fleet. */
  readonly parts: PartBook | undefined;
  /** No further request is wanted on this connection. */
  readonly closing: () => boolean;
}

export interface Turn {
  readonly id: ExchangeId;
  readonly receivedAt: number;
  readonly request: Admitted;
  readonly call: Call;
  readonly body: RequestBody;
  readonly facts: FactReader;
  readonly upstream: Upstream;
  readonly language: Parameters<typeof styleFor>[1];
}

/** Never throws: whatever goes wrong, the client is told and the error is counted. */
export async function takeTurn(turn: Turn, tools: TurnTools): Promise<void> {
  const gone = new Gone();
  turn.call.onGone(() => gone.abort());
  try {
    const asking = requestExchange(turn.id, turn.receivedAt, turn.request, turn.body, turn.facts);
    const asked = asking instanceof Promise ? await asking : asking;
    const { route } = turn.request;
    if (route.direction.includes('request')) {
      const isPart = splitProtocol(turn.request) !== undefined;
      const upload: UploadTurn = isPart ? await uploadTurn(route, asked, turn.request, { book: tools.parts, upstream: turn.upstream, asking: aboutThis(turn, gone), log: tools.log }) : { exchange: asked };
      await scannedRequest(turn, tools, upload, gone);
    } else await unscannedRequest(turn, tools, asked, gone);
  } catch (thrown) {
    fail(turn, tools, asWeirError(thrown, 'internal'));
    gone.abort();
  }
}

/** Another request in the sender's name. */
function aboutThis({ request }: Turn, signal: Leaving): Asking {
  const { clientAddress, scheme, authority: host, fromTrustedProxy } = request;
  return { fields: request.fields, via: { clientAddress, scheme, host, fromTrustedProxy }, signal };
}

/** Clients of upload protocols read any 2xx as stored (HC 19). */
const acceptsHeld = ({ request }: Turn, exchange: Exchange): boolean => request.route.onHold === 'accept' && request.route.upload === undefined && exchange.piece === undefined;

async function scannedRequest(turn: Turn, tools: TurnTools, upload: UploadTurn, gone: Gone): Promise<void> {
  // Who puts pieces together looks at each as it goes by.
  const exchange = upload.exchange.piece === undefined ? upload.exchange : { ...upload.exchange, whole: undefined };
  const forward = (outbound: Outbound, onProgress?: UpstreamRequest['onProgress']): Promise<UpstreamReply> => send(turn, exchange, outbound, gone, onProgress);
  const ended = await tools.pipeline.run(exchange, (outbound) => upload.forward?.(outbound, forward) ?? forward(outbound));
  // The pipeline is told exactly once what the client was told.
  let status: number | undefined;
  try {
    const telling = ended.kind === 'forwarded' ? deliver(turn, tools, exchange, ended.sent, ended.verdict().action, gone) : stopped(turn, tools, ended, upload, exchange, gone);
    status = telling instanceof Promise ? await telling : telling;
  } finally {
    ended.close(status);
  }
}

/** Nothing of it left. */
async function stopped(turn: Turn, tools: TurnTools, ended: Exclude<Ended<unknown>, { readonly kind: 'forwarded' }>, upload: UploadTurn, exchange: Exchange, gone: Gone): Promise<number | undefined> {
  // Trouble of our own or of the upstream's is no refusal: the client may try again.
  if (ended.kind === 'blocked' || (ended.kind === 'failed' && ended.error.code === 'upload-split')) await upload.stopped?.('refused');
  else if (ended.kind === 'held') await upload.stopped?.('held');
  await turn.call.settled();
  switch (ended.kind) {
    case 'blocked': return refuse(turn, tools, { kind: 'blocked', direction: 'request', status: 403 }, turn.id);
    case 'held': return refuse(turn, tools, { kind: 'held', direction: 'request', status: acceptsHeld(turn, exchange) ? 202 : 403 }, ended.incident);
    case 'failed': {
      const status = fail(turn, tools, ended.error);
      gone.abort();
      return status;
    }
  }
}

async function unscannedRequest(turn: Turn, tools: TurnTools, exchange: Exchange, gone: Gone): Promise<void> {
  const outbound: Outbound = { target: exchange.http.target, change: 'none', length: exchange.body.length, body: exchange.chunks, whole: exchange.whole, trailers: () => exchange.trailers() };
  const reply = await send(turn, exchange, outbound, gone);
  await deliver(turn, tools, exchange, reply, 'pass', gone);
}

function send(turn: Turn, exchange: Exchange, outbound: Outbound, signal: Leaving, onProgress?: UpstreamRequest['onProgress']): Promise<UpstreamReply> {
  const { request } = turn;
  const sending = turn.upstream.request({
    method: request.method,
    fields: exchange.http.fields,
    via: { clientAddress: request.clientAddress, scheme: request.scheme, host: request.authority, fromTrustedProxy: request.fromTrustedProxy },
    outbound,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return outbound.replied === undefined ? sending : toldOf(sending, outbound.replied);
}

async function toldOf(sending: Promise<UpstreamReply>, replied: (status: number) => Promise<void>): Promise<UpstreamReply> {
  const reply = await sending;
  await replied(reply.status);
  return reply;
}

/** Answers with the status that the client was told; a promise only where that has to be waited for. */
function deliver(turn: Turn, tools: TurnTools, asked: Exchange, reply: UpstreamReply, action: Action, gone: Gone): Promise<number | undefined> | number | undefined {
  if (reply.status < 200) throw new WeirError('upstream-invalid');
  if (turn.request.route.direction.includes('response') && (!isBodyless(turn.request.method, reply.status) || hasScannedFields(turn.request, reply))) {
    return deliverScanned(turn, tools, asked, reply, action, gone);
  }
  return deliverAsIs(turn, tools, reply, action, gone);
}

function deliverAsIs(turn: Turn, tools: TurnTools, reply: UpstreamReply, action: Action, gone: Gone): Promise<number | undefined> | number | undefined {
  const { call, request } = turn;
  try {
    writeHead(call, reply, request.route.weirHeaders ? weirFields(action, turn.id) : NO_FIELDS, reply.early || tools.closing());
    const bodyless = isBodyless(request.method, reply.status);
    const writing = bodyless ? undefined : writeBody(call, reply, request.route.bodyTimeout);
    if (writing !== undefined) return delivering(turn, tools, reply, writing, gone);
    call.end(bodyless ? NO_FIELDS : reply.trailers());
    return reply.status;
  } catch (thrown) {
    return cutShort(turn, tools, reply, thrown, gone);
  }
}

async function delivering(turn: Turn, tools: TurnTools, reply: UpstreamReply, writing: Promise<void>, gone: Gone): Promise<number | undefined> {
  try {
    await writing;
    turn.call.end(reply.trailers());
    return reply.status;
  } catch (thrown) {
    return cutShort(turn, tools, reply, thrown, gone);
  }
}

const NO_FIELDS: readonly Field[] = [];

function cutShort(turn: Turn, tools: TurnTools, reply: UpstreamReply, thrown: unknown, gone: Gone): number | undefined {
  const told = fail(turn, tools, asWeirError(thrown, 'upstream-reset'));
  gone.abort();
  return told ?? (turn.call.answered ? reply.status : undefined);
}

async function deliverScanned(turn: Turn, tools: TurnTools, asked: Exchange, reply: UpstreamReply, action: Action, gone: Gone): Promise<number | undefined> {
  const { call, request } = turn;
  const bodyless = isBodyless(request.method, reply.status);
  const answer = bodyless ? bodylessExchange : responseExchange;
  const exchange: Exchange = { ...answer(tools.newId(), tools.clock.now(), request, asked.facts, reply), answers: asked.id };
  const trailing = !bodyless && request.route.weirHeaders && call.version !== '1.0' && tokensOf(request.fields, 'te').includes('trailers');
  let trailers: () => readonly Field[] = () => [];
  const ended = await tools.pipeline.run(exchange, async (outbound) => {
    const named = strictest(action, outbound.verdict);
    const incident = named === action ? turn.id : exchange.id;
    writeHead(call, bodyless ? reply : answerHead(reply, outbound, trailing), request.route.weirHeaders ? weirFields(named, incident) : [], reply.early || tools.closing());
    trailers = () => outbound.trailers();
    if (!bodyless) await writeBody(call, outbound, request.route.bodyTimeout);
  });
  let status: number | undefined;
  try {
    switch (ended.kind) {
      case 'forwarded':
        call.end([...answerTrailers(trailers()), ...(trailing ? verdictTrailer(ended.verdict(), exchange.id) : [])]);
        status = reply.status;
        break;
      case 'blocked':
        status = refuse(turn, tools, { kind: 'blocked', direction: 'response', status: 403 }, exchange.id);
        break;
      case 'held':
        status = refuse(turn, tools, { kind: 'held', direction: 'response', status: 403 }, ended.incident);
        break;
      case 'failed':
        status = call.answered ? reply.status : undefined;
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
  return respond(turn.call, { refusal, incident, style: styleFor(turn.request.fields, turn.language), weirHeaders: turn.request.route.weirHeaders }, tools.closing());
}

/** Tells the client if it can still be told, and cuts the answer short if not. */
function fail(turn: Turn, tools: TurnTools, error: WeirError, incident: string = turn.id): number | undefined {
  const route = turn.request.route.id;
  tools.onError(error.code, route);
  const fields = { exchange: incident, route, code: error.code, cause: causeCode(error) };
  // People close tabs; that is no warning.
  if (error.code === 'client-aborted') tools.log.info('http.exchange-failed', fields);
  else tools.log.warn('http.exchange-failed', fields);
  if (turn.call.answered || turn.call.gone) {
    turn.call.breakOff();
    return undefined;
  }
  return refuse(turn, tools, { kind: 'error', code: error.code }, incident);
}
