/** Where this process and a worker of its own show /metrics, /healthz and /readyz beside the admin side: the keys `listen.metrics` and `listen.worker`. */
import { z } from 'zod';

const file = z.string().min(1);
const metricsListen = (port: number) =>
  z.strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.number().int().min(0).max(65535).default(port),
    tls: z.strictObject({ cert: file, key: file, clientCa: file.optional(), clientCertificate: z.enum(['none', 'optional', 'required']).default('none') }).optional(),
    /** Addresses and ranges that may read /metrics from elsewhere; this machine always may. Health is answered to everyone. */
    allow: z.array(z.string()).default([]),
  });

/** Of a gateway: left out, there is the admin listener's /metrics alone. */
export const metricsListenSchema = metricsListen(9464).optional();
/** Of `weir worker`. */
export const workerListenSchema = metricsListen(8082).prefault({});

export type MetricsListen = z.output<typeof workerListenSchema>;
