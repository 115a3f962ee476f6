/** Ports that are counted and timed on their way: the same port out, with its measure taken beside it. */
import { causeCode, WeirError } from '../errors.js';
import { SinkFailed, type Ended, type Exchange, type Outbound, type Pipeline, type Preview, type SignIn, type Sink, type Upstream, type Vault } from '../ports.js';
import type { WorkMetrics } from './work-metrics.js';

/** Milliseconds that only go forward. */
type Stopwatch = () => number;
const stopwatch: Stopwatch = () => performance.now();

async function timed<T>(run: () => Promise<T>, tell: (seconds: number, result: { readonly value: T } | { readonly thrown: unknown }) => void, watch: Stopwatch): Promise<T> {
  const began = watch();
  try {
    const value = await run();
    tell((watch() - began) / 1_000, { value });
    return value;
  } catch (thrown) {
    tell((watch() - began) / 1_000, { thrown });
    throw thrown;
  }
}

/** The same object but for some of its methods: others keep their `this`. */
function instead<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof T];
      const own: unknown = Reflect.get(target, name, target);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

/** Counts exchanges from their first byte until their channel has told the client how they ended. */
export function countedPipeline(pipeline: Pipeline, work: WorkMetrics): Pipeline {
  return {
    async run<T>(exchange: Exchange, forward: (outbound: Outbound) => Promise<T>): Promise<Ended<T>> {
      const over = work.exchangeBegan(exchange.facts.channel);
      try {
        const ended = await pipeline.run(exchange, forward);
        return {
          ...ended,
          close(status) {
            over();
            ended.close(status);
          },
        };
      } catch (thrown) {
        over();
        throw thrown;
      }
    },
  };
}

export function measuredUpstream(upstream: Upstream, route: string, work: WorkMetrics, watch = stopwatch): Upstream {
  return {
    request(request) {
      const began = watch();
      return upstream.request(request).then(
        (reply) => {
          work.upstream(route, (watch() - began) / 1_000, undefined);
          return reply;
        },
        (thrown: unknown) => {
          work.upstream(route, (watch() - began) / 1_000, thrown instanceof WeirError ? thrown.code : causeCode(thrown));
          throw thrown;
        },
      );
    },
    close: () => upstream.close(),
  };
}

export function measuredVault<V extends Pick<Vault, 'seal'>>(vault: V, work: WorkMetrics, watch = stopwatch): V {
  const methods: Pick<Vault, 'seal'> = {
    seal: (id, head, body, edits) =>
      timed(
        () => vault.seal(id, head, body, edits),
        (seconds, result) => work.sealed(seconds, 'value' in result ? result.value.sealedBytes : undefined),
        watch,
      ),
  };
  return instead<V>(vault, methods as Partial<V>);
}

export function measuredSink(sink: Sink, work: WorkMetrics, watch = stopwatch): Sink {
  return instead<Sink>(sink, {
    send: (message) =>
      timed(
        () => sink.send(message),
        (seconds, result) => work.alert(sink.id, 'value' in result ? 'sent' : result.thrown instanceof SinkFailed ? result.thrown.kind : 'again', seconds),
        watch,
      ),
  });
}

export function measuredPreview(preview: Preview, work: WorkMetrics, watch = stopwatch): Preview {
  const view = <T>(name: 'content' | 'mail' | 'compare' | 'regions' | 'values' | 'original', run: () => Promise<T>): Promise<T> =>
    timed(run, (seconds, result) => work.preview(name, 'value' in result, seconds), watch);
  return instead<Preview>(preview, {
    content: (message, asked) => view('content', () => preview.content(message, asked)),
    mail: (message) => view('mail', () => preview.mail(message)),
    compare: (message, asked) => view('compare', () => preview.compare(message, asked)),
    regions: (message) => view('regions', () => preview.regions(message)),
    values: (message) => view('values', () => preview.values(message)),
    original: (id) => view('original', () => preview.original(id)),
  });
}

export function measuredSignIn(signIn: SignIn, work: WorkMetrics): SignIn {
  type Step = Parameters<WorkMetrics['signIn']>[0];
  const step = async <T extends { readonly kind: string }>(name: Step, run: () => Promise<T>): Promise<T> => {
    try {
      const result = await run();
      work.signIn(name, result.kind);
      return result;
    } catch (thrown) {
      work.signIn(name, 'error');
      throw thrown;
    }
  };
  const { oidc } = signIn;
  return instead<SignIn>(signIn, {
    password: (name, password, visit) => step('password', () => signIn.password(name, password, visit)),
    totp: (code, visit) => step('totp', () => signIn.totp(code, visit)),
    recovery: (code, visit) => step('recovery', () => signIn.recovery(code, visit)),
    accept: (token, given, visit) => step('invitation', () => signIn.accept(token, given, visit)),
    oidc:
      oidc === undefined
        ? undefined
        : instead(oidc, {
            async callback(visit) {
              // The provider's answer ends at a place in the console; a refusal names itself there.
              const place = await step('oidc', async () => {
                const to = await oidc.callback(visit);
                return { kind: /[?&](?:error|refused|failed)=/.test(to) ? 'failed' : 'done', to };
              });
              return place.to;
            },
          }),
  });
}
