/** Spans of an exchange and its steps, taken at the ports that the pipeline calls: names, codes and sizes, never content. Loaded only when traces are exported. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Link, type Span, type Tracer } from '@opentelemetry/api';
import { causeCode, WeirError } from '../errors.js';
import { unscannedBytes } from '../coverage.js';
import type { Ended, Exchange, Inspector, InspectorFactory, Outbound, Outcome, Pipeline, Plan, PolicySource, Recorder, Spool, SpoolFactory, Upstream, Vault } from '../ports.js';
import type { TracedPorts, Tracing } from './telemetry.js';
import { traceParentOf, withTraceParent, type TraceParent } from './trace-context.js';
import { mustWithhold } from './withhold.js';

/** What semantic conventions list; any other method is a text that somebody chose. */
const METHODS: ReadonlySet<string> = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);
const OTHER_METHOD = '_OTHER';

interface Running {
  readonly span: Span;
  readonly context: Context;
  /** The trace is the sender's. */
  readonly continues: boolean;
  /** Steps that have not ended: an exchange that breaks off ends them. */
  readonly steps: Set<Span>;
}

export function tracing(tracer: Tracer): Tracing {
  const current = new AsyncLocalStorage<Running>();
  /** By exchange: the answer's belongs below its request's, and the recorder knows the id alone. */
  const running = new Map<string, Running>();

  const begin = (exchange: Exchange): Running => {
    const method = METHODS.has(exchange.http.method) ? exchange.http.method : OTHER_METHOD;
    const { parent, link, continues } = originOf(exchange, running.get(exchange.answers ?? '')?.context);
    const span = tracer.startSpan(
      `${method} ${exchange.route.id}`,
      {
        kind: exchange.facts.direction === 'request' ? SpanKind.SERVER : SpanKind.INTERNAL,
        startTime: exchange.receivedAt,
        links: link === undefined ? [] : [link],
        attributes: { 'http.request.method': method, 'http.route': exchange.route.id, 'network.protocol.name': 'http', 'weir.exchange': exchange.id, 'weir.direction': exchange.facts.direction },
      },
      parent,
    );
    const started = { span, context: trace.setSpan(ROOT_CONTEXT, span), continues, steps: new Set<Span>() };
    running.set(exchange.id, started);
    return started;
  };
  const finish = (id: string, one: Running): void => {
    if (!running.delete(id)) return;
    for (const step of one.steps) step.end();
    one.span.end();
  };

  /** A span below the exchange that is running here; none outside of one. */
  const step = (name: string, attributes: Attributes = {}, kind = SpanKind.INTERNAL): { readonly span: Span; end(more?: Attributes, thrown?: unknown): void } | undefined => {
    const below = current.getStore();
    if (below === undefined) return undefined;
    const span = tracer.startSpan(name, { kind, attributes }, below.context);
    below.steps.add(span);
    return {
      span,
      end(more = {}, thrown) {
        if (!below.steps.delete(span)) return;
        span.setAttributes(more);
        if (thrown !== undefined) failed(span, codeOf(thrown));
        span.end();
      },
    };
  };

  return {
    contextOf: (exchange) => running.get(exchange)?.context,
    pipeline: (pipeline) => ({
      async run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>> {
        const one = begin(exchange);
        try {
          const ended = await current.run(one, () => pipeline.run(exchange, forward));
          return {
            ...ended,
            close(status) {
              // The recorder fills the span with how it ended.
              try {
                ended.close(status);
              } finally {
                finish(exchange.id, one);
              }
            },
          };
        } catch (thrown) {
          failed(one.span, codeOf(thrown));
          finish(exchange.id, one);
          throw thrown;
        }
      },
    }) satisfies Pipeline,
    ports: <P extends TracedPorts>(ports: P): P => ({
      ...ports,
      inspectors: tracedInspectors(ports.inspectors, step),
      policies: tracedPolicies(ports.policies, step),
      spools: tracedSpools(ports.spools, step),
      vault: tracedVault(ports.vault, step),
      recorder: {
        exchange(outcome) {
          ports.recorder.exchange(outcome);
          const one = running.get(outcome.id);
          if (one !== undefined) ended(one.span, outcome);
        },
      } satisfies Recorder,
    }),
    upstream: (upstream, route) => ({
      close: () => upstream.close(),
      async request(request) {
        const below = current.getStore();
        const method = METHODS.has(request.method) ? request.method : OTHER_METHOD;
        const sending = step('deliver', { 'http.request.method': method, 'http.route': route }, SpanKind.CLIENT);
        if (below === undefined || sending === undefined) return await upstream.request(request);
        const { traceId, spanId, traceFlags } = sending.span.spanContext();
        try {
          const reply = await upstream.request({ ...request, fields: withTraceParent(request.fields, { traceId, spanId, sampled: (traceFlags & 1) === 1 }, below.continues) });
          sending.end({ 'http.response.status_code': reply.status });
          return reply;
        } catch (thrown) {
          sending.end({}, thrown);
          throw thrown;
        }
      },
    }) satisfies Upstream,
  };
}

type Step = (name: string, attributes?: Attributes) => { end(more?: Attributes, thrown?: unknown): void } | undefined;

/** From trusted peers the trace goes on; from others it is a new one that at most points at theirs. */
function originOf(exchange: Exchange, asked: Context | undefined): { readonly parent: Context; readonly link: Link | undefined; readonly continues: boolean } {
  if (asked !== undefined) return { parent: asked, link: undefined, continues: true };
  const said = exchange.facts.direction === 'request' ? traceParentOf(exchange.http.fields) : undefined;
  if (said === undefined) return { parent: ROOT_CONTEXT, link: undefined, continues: false };
  if (exchange.fromTrustedProxy === true) return { parent: trace.setSpanContext(ROOT_CONTEXT, remote(said)), link: undefined, continues: true };
  // Anyone can write a number into ids of their own choice: such a link is left out (law 6).
  const isText = mustWithhold('traceparent', said.traceId) || mustWithhold('traceparent', said.spanId);
  return { parent: ROOT_CONTEXT, link: isText ? undefined : { context: remote(said) }, continues: false };
}

const remote = ({ traceId, spanId, sampled }: TraceParent) => ({ traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true });

/** A code; what an error says may quote anything. */
const codeOf = (thrown: unknown): string => (thrown instanceof WeirError ? thrown.code : causeCode(thrown));

function failed(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function ended(span: Span, outcome: Outcome): void {
  const { status, error, receipt, policy } = outcome;
  span.setAttributes({
    'weir.mode': outcome.mode,
    'weir.action': outcome.action,
    'weir.rule': outcome.rule,
    'weir.scan.seconds': outcome.scanSeconds,
    'weir.bytes': outcome.bytes,
    'weir.bytes.unscanned': receipt === undefined ? outcome.bytes : unscannedBytes(receipt),
    'weir.findings': Object.values(outcome.findingCounts).reduce((sum, count) => sum + count, 0),
    ...(policy === '' ? {} : { 'weir.policy': policy }),
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  });
  if (error !== undefined) failed(span, error);
}

function tracedInspectors(inspectors: InspectorFactory, step: Step): InspectorFactory {
  return {
    prefixLength: inspectors.prefixLength,
    sniff: (head, prefix) => inspectors.sniff(head, prefix),
    inspectHead: (texts, masks) => inspectors.inspectHead(texts, masks),
    inspect(head, prefix, masks, options): Inspector {
      const inspector = inspectors.inspect(head, prefix, masks, options);
      const scanning = step('scan');
      return {
        get unscannable() {
          return inspector.unscannable;
        },
        write: (chunk, last) => inspector.write(chunk, last),
        evidence: () => inspector.evidence(),
        findings: () => inspector.findings(),
        receipt: () => inspector.receipt(),
        takeChildBytes: () => inspector.takeChildBytes(),
        get children() {
          return inspector.children;
        },
        get childRanges() {
          return inspector.childRanges;
        },
        childSink: (child) => inspector.childSink(child),
        end(complete) {
          try {
            return inspector.end(complete);
          } finally {
            const { scanned, unscanned } = inspector.receipt();
            scanning?.end({ 'weir.bytes.scanned': scanned, 'weir.bytes.unscanned': unscanned, 'weir.complete': complete });
          }
        },
      };
    },
  };
}

function tracedPolicies(policies: PolicySource, step: Step): PolicySource {
  return {
    forRoute(route) {
      const policy = policies.forRoute(route);
      return {
        ...policy,
        plan(facts, sniffed, head, relief) {
          const plan = policy.plan(facts, sniffed, head, relief);
          const decide: Plan['decide'] = (evidence) => {
            const deciding = step('decide', { 'weir.policy': policy.revision });
            const verdict = plan.decide(evidence);
            deciding?.end({ 'weir.action': verdict.action, 'weir.rule': verdict.rule });
            return verdict;
          };
          return new Proxy(plan, { get: (target, name) => (name === 'decide' ? decide : ownOf(target, name)) });
        },
      };
    },
  };
}

function tracedSpools(spools: SpoolFactory, step: Step): SpoolFactory {
  return {
    usage: () => spools.usage(),
    create(): Spool {
      const spool = spools.create();
      let keeping: ReturnType<Step>;
      let began = false;
      return {
        get size() {
          return spool.size;
        },
        async write(chunk) {
          // A log of edits that stays empty is no step.
          if (!began) keeping = step('spool');
          began = true;
          await spool.write(chunk);
        },
        read: (offset, length) => spool.read(offset, length),
        stream: (offset) => spool.stream(offset),
        async close() {
          keeping?.end({ 'weir.bytes': spool.size });
          await spool.close();
        },
      };
    },
  };
}

function tracedVault<V extends Vault>(vault: V, step: Step): V {
  const methods: Pick<Vault, 'seal'> = {
    async seal(id, head, body, edits) {
      const sealing = step('seal');
      try {
        const receipt = await vault.seal(id, head, body, edits);
        sealing?.end({ 'weir.bytes': receipt.sealedBytes });
        return receipt;
      } catch (thrown) {
        sealing?.end({}, thrown);
        throw thrown;
      }
    },
  };
  return new Proxy(vault, { get: (target, name) => (name === 'seal' ? methods.seal : ownOf(target, name)) });
}

/** A property as the object itself would give it: its methods keep their `this`. */
function ownOf(target: object, name: string | symbol): unknown {
  const own: unknown = Reflect.get(target, name, target);
  return typeof own === 'function' ? (own.bind(target) as unknown) : own;
}
