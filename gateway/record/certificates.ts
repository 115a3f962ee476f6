/** When the certificates end that this process shows to others: its listeners', and those it shows to upstreams. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/schema.js';

export interface CertificateEnd {
  readonly use: 'listener' | 'upstream';
  /** `data`, `admin`, `metrics`, `worker`, an SMTP listener's id, or the route. */
  readonly name: string;
  /** Of the earliest in the chain. */
  readonly endsAt: Date;
}

/** Files change by hand, months apart; a scrape every few seconds need not read them. */
const READ_AGAIN_MS = 60_000;
const ONE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

type Listening = Pick<Config, 'listen' | 'routes'>;

function files({ listen, routes }: Listening): readonly (Pick<CertificateEnd, 'use' | 'name'> & { readonly file: string })[] {
  const listeners = [['data', listen.data], ['admin', listen.admin], ['metrics', listen.metrics], ['worker', listen.worker]] as const;
  return [
    ...listeners.flatMap(([name, one]) => (one?.tls === undefined ? [] : [{ use: 'listener' as const, name, file: one.tls.cert }])),
    ...listen.smtp.flatMap(({ id, tls }) => (tls.cert === undefined || tls.mode === 'none' ? [] : [{ use: 'listener' as const, name: id, file: tls.cert }])),
    ...routes.flatMap((route) => (route.channel === 'smtp' || route.upstream === 'demo' || route.upstream.tls?.cert === undefined ? [] : [{ use: 'upstream' as const, name: route.id, file: route.upstream.tls.cert }])),
  ];
}

/** Answers again with what it has read lately. Throws when a file cannot be read: the gauge is then absent and the failure counted. */
export function certificateEnds(config: Listening, now: () => number): () => Promise<readonly CertificateEnd[]> {
  const wanted = files(config);
  let read: { readonly at: number; readonly ends: readonly CertificateEnd[] } | undefined;
  return async () => {
    if (read !== undefined && now() - read.at < READ_AGAIN_MS) return read.ends;
    const ends = await Promise.all(
      wanted.map(async ({ use, name, file }) => {
        const chain = (await readFile(file, 'latin1')).match(ONE) ?? [];
        const end = Math.min(...chain.map((pem) => Date.parse(new X509Certificate(pem).validTo)));
        return { use, name, endsAt: new Date(end) };
      }),
    );
    read = { at: now(), ends };
    return ends;
  };
}
