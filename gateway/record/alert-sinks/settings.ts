/** What sinks are made from: their part of the configuration, and the ways to what it only points to. */
import { readFileSync } from 'node:fs';
import type { SinkConfig } from '../../../config/alerts-schema.js';

export type SecretRef = { readonly env: string } | { readonly file: string };
export type ConfigOf<K extends SinkConfig['kind']> = Extract<SinkConfig, { readonly kind: K }>;

export interface SinkSurroundings {
  readonly secretOf: (secret: SecretRef) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timeoutMs?: number | undefined;
  readonly version?: string | undefined;
  readonly host?: string | undefined;
}

/** A sink cannot be made from its configuration. `code` says why, never what the secret holds. */
export class SinkSettingsWrong extends Error {
  override readonly name = 'SinkSettingsWrong';
  constructor(readonly code: string, sentence: string) {
    super(sentence);
  }
}

/** PEM of a file, read whenever it is used: certificates are renewed while Weir runs. */
export function pem(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The address that a secret holds: https, or http on this machine. `before` is what stands before a token, where the secret may be the token alone. */
export function addressOf(id: string, kind: string, text: string, before?: string): URL {
  const whole = before !== undefined && /^[A-Za-z0-9_-]{8,200}$/.test(text) ? before + text : text;
  const wrong = (): SinkSettingsWrong => new SinkSettingsWrong('SINK_ADDRESS', `alerts.sinks: the secret of "${id}" (${kind}) does not hold an address that starts with https://.`);
  if (!URL.canParse(whole)) throw wrong();
  const url = new URL(whole);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) throw wrong();
  return url;
}
