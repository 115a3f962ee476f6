/** The OpenTelemetry side: providers, bounded queues and exporters over OTLP/HTTP. Imported only when a signal is on. */
import { randomUUID } from 'node:crypto';
import { SeverityNumber, type LoggerProvider as LogsApi } from '@opentelemetry/api-logs';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { LogLine, Telemetry, TelemetryOptions, TelemetrySettings, Tracing } from './telemetry.js';
import { tracing } from './tracing.js';

const NAME = 'weir';
/** Spans or records that wait: a collector that is away costs this much memory and no more. */
const QUEUE_MOST = 2_048;
/** Of these a batch may be on its way to the exporter. */
const BATCH_MOST = 512;
/** A collector that is away must not hold up a stop. */
const STOP_MS = 3_000;
const EXPORT_MS = 5_000;
const SEVERITIES: Readonly<Record<LogLine['level'], SeverityNumber>> = { error: SeverityNumber.ERROR, warn: SeverityNumber.WARN, info: SeverityNumber.INFO, debug: SeverityNumber.DEBUG };
/** Fields of the log that name an exchange. */
const EXCHANGE_FIELDS = ['exchange', 'incident', 'message'] as const;

export function telemetrySdk(settings: TelemetrySettings, { env, version, onLost }: TelemetryOptions): Telemetry {
  const resource = resourceFromAttributes({ 'service.name': NAME, 'service.version': version, 'service.instance.id': randomUUID() })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(env.OTEL_SERVICE_NAME === undefined || env.OTEL_SERVICE_NAME === '' ? {} : { 'service.name': env.OTEL_SERVICE_NAME }));

  const traces = settings.traces === undefined ? undefined : traceProvider(settings.traces, resource, (items) => onLost('traces', items));
  const followed = traces === undefined ? undefined : tracing(traces.getTracer(NAME, version));
  const logs = settings.logs === undefined ? undefined : logProvider(settings.logs, resource, (items) => onLost('logs', items));
  return {
    tracing: followed,
    logLine: logs === undefined ? undefined : lineWriter(logs, version, followed),
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
      // What the collector does not take now is lost, and was counted.
      const ended = Promise.allSettled([traces?.shutdown(), logs?.shutdown()]).then(() => undefined);
      await Promise.race([ended, late]);
      clearTimeout(timer);
    },
  };
}

type Resource = ReturnType<typeof resourceFromAttributes>;

type Send = (items: readonly unknown[], done: (result: ExportResult) => void) => void;

/** Counts what the exporter gave up, and what the queue had no room for, which the library drops without a word. */
function counting(exporter: OTLPTraceExporter | OTLPLogExporter, lost: (items: number) => void): { queued(): void; ended(): void } {
  const send = exporter.export.bind(exporter) as Send;
  let queued = 0;
  let handed = 0;
  let dropped = 0;
  /** What was queued and never handed over is either still waiting or gone. */
  const dropping = (waiting: number): void => {
    const now = queued - handed - waiting;
    if (now <= dropped) return;
    lost(now - dropped);
    dropped = now;
  };
  exporter.export = (items: readonly unknown[], done: (result: ExportResult) => void): void => {
    handed += items.length;
    send(items, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) lost(items.length);
      // The library would only complain to a console that nobody reads.
      done({ code: ExportResultCode.SUCCESS });
    });
  };
  return {
    queued() {
      queued += 1;
      dropping(QUEUE_MOST + BATCH_MOST);
    },
    ended: () => dropping(0),
  };
}

function traceProvider(url: string, resource: Resource, lost: (items: number) => void): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS });
  const count = counting(exporter, lost);
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: QUEUE_MOST, maxExportBatchSize: BATCH_MOST });
  const processor: SpanProcessor = {
    onStart: (span, context) => batches.onStart(span, context),
    onEnd(span) {
      if ((span.spanContext().traceFlags & 1) === 1) count.queued();
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown().then(() => count.ended()),
  };
  return new NodeTracerProvider({ resource, spanProcessors: [processor] });
}

function logProvider(url: string, resource: Resource, lost: (items: number) => void): LoggerProvider {
  const exporter = new OTLPLogExporter({ url, timeoutMillis: EXPORT_MS });
  const count = counting(exporter, lost);
  const batches = new BatchLogRecordProcessor({ exporter, maxQueueSize: QUEUE_MOST, maxExportBatchSize: BATCH_MOST });
  return new LoggerProvider({
    resource,
    processors: [
      {
        onEmit(record) {
          count.queued();
          batches.onEmit(record);
        },
        forceFlush: () => batches.forceFlush(),
        shutdown: () => batches.shutdown().then(() => count.ended()),
      },
    ],
  });
}

/** Lines come from behind the log's guard: what it withheld is withheld here. */
function lineWriter(provider: LogsApi, version: string, followed: Tracing | undefined): (line: LogLine) => void {
  const logger = provider.getLogger(NAME, version);
  return ({ at, level, event, fields }) => {
    const exchange = EXCHANGE_FIELDS.map((name) => fields[name]).find((value) => value !== undefined);
    const context = typeof exchange === 'string' ? followed?.contextOf(exchange) : undefined;
    logger.emit({
      timestamp: at,
      severityNumber: SEVERITIES[level],
      severityText: level.toUpperCase(),
      body: event,
      attributes: Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      ...(context === undefined ? {} : { context }),
    });
  };
}
