/** What a smuggling vector is: bytes of one sender, and what may come of them. */

/** Where a vector is sent: its target is its own, so that whatever arrives upstream can be told apart. */
export interface Place {
  readonly path: string;
  readonly host: string;
}

/**
 * `refused`: a 4xx, the connection closed, and no whole request upstream.
 * `one`: one request upstream with exactly this body, one answer.
 * `either`: one of both.
 * `two`: honest pipelining; both arrive, and their answers come in order.
 */
export type Law = 'refused' | 'one' | 'either' | 'two';

export interface Vector {
  readonly name: string;
  /** One code unit is one byte. */
  readonly bytes: (to: Place) => string;
  readonly law: Law;
  /** What may arrive as the first request's body. */
  readonly body: string;
  readonly method: string;
  /** The sender ends after its bytes: without that the gateway would rightly wait for more. */
  readonly ends: boolean;
  /** Bytes stand behind the first request: what they are answered with says nothing about it. */
  readonly behind: boolean;
  /** Where one front may do what the law forbids, since its parser does not show what it has read: one in is one out there too. */
  readonly lax: 'node' | undefined;
}

export const EOL = '\r\n';
/** What would be seen upstream if a body were taken for a request. */
export const smuggled = ({ path, host }: Place): string => `GET ${path}/smuggled HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

export interface HeadOptions {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly host?: string;
}

/** A head with these lines; Host stands first. */
export function head(to: Place, lines: readonly string[], { method = 'POST', target = to.path, version = 'HTTP/1.1', host = to.host }: HeadOptions = {}): string {
  return [`${method} ${target} ${version}`, `Host: ${host}`, ...lines, '', ''].join(EOL);
}

export const chunk = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;
export const LAST = '0\r\n\r\n';

type Made = Partial<Omit<Vector, 'name' | 'bytes' | 'law'>>;

export function vector(name: string, law: Law, bytes: Vector['bytes'], made: Made = {}): Vector {
  return { name, law, bytes, body: '', method: 'POST', ends: false, behind: false, lax: undefined, ...made };
}

/** Bytes that people cannot see, written out. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 30)}… ${String(text.length)}` : text).slice(1, -1).replace(/[\x7f-\xff]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
}
