/** A collector for tests: takes OTLP over HTTP as JSON, decodes it, and can be away or refuse. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}
export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: number | undefined;
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}
export interface SeenLog {
  readonly severity: string;
  readonly body: string;
  readonly traceId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly SeenSpan[];
  readonly logs: readonly SeenLog[];
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  /** Everything that came, as it came. */
  readonly raw: readonly string[];
  answer(status: number): void;
  close(): Promise<void>;
}

const plain = (attributes: readonly OtlpAttribute[] = []): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue)]));

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: SeenSpan[] = [];
  const logs: SeenLog[] = [];
  const resources: Readonly<Record<string, unknown>>[] = [];
  const raw: string[] = [];
  let status = 200;
  const take = (path: string, text: string): void => {
    raw.push(text);
    const body = JSON.parse(text) as {
      readonly resourceSpans?: readonly { readonly resource: { readonly attributes: OtlpAttribute[] }; readonly scopeSpans: readonly { readonly spans: readonly (Omit<SeenSpan, 'attributes' | 'status' | 'links'> & { readonly attributes: OtlpAttribute[]; readonly links?: SeenSpan['links']; readonly status?: { readonly code?: number }; readonly startTimeUnixNano: string; readonly endTimeUnixNano: string })[] }[] }[];
      readonly resourceLogs?: readonly { readonly resource: { readonly attributes: OtlpAttribute[] }; readonly scopeLogs: readonly { readonly logRecords: readonly { readonly severityText: string; readonly body: OtlpValue; readonly traceId?: string; readonly attributes: OtlpAttribute[] }[] }[] }[];
    };
    if (path === '/v1/traces') {
      for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
        resources.push(plain(resource.attributes));
        for (const one of scopeSpans.flatMap((scope) => scope.spans)) {
          spans.push({ ...one, attributes: plain(one.attributes), links: one.links ?? [], status: one.status?.code, startedAt: BigInt(one.startTimeUnixNano), endedAt: BigInt(one.endTimeUnixNano) });
        }
      }
    }
    if (path === '/v1/logs') {
      for (const { resource, scopeLogs } of body.resourceLogs ?? []) {
        resources.push(plain(resource.attributes));
        for (const one of scopeLogs.flatMap((scope) => scope.logRecords)) {
          logs.push({ severity: one.severityText, body: String(one.body.stringValue), traceId: one.traceId === '' ? undefined : one.traceId, attributes: plain(one.attributes) });
        }
      }
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 200) take(request.url ?? '', Buffer.concat(chunks).toString('utf8'));
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans, logs, resources, raw,
    answer: (code) => void (status = code),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
