/** fetch for an identity provider whose certificate comes from the organisation's own authority: the platform's fetch takes no certificate. */
import { request } from 'node:https';
import type { CustomFetch } from 'openid-client';

/** Metadata, keys and tokens are small documents. */
const ANSWER_MOST = 1024 * 1024;

export function privateCaFetch(ca: string): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const sent = Buffer.from(await new Response(body ?? null).arrayBuffer());
    return await new Promise<Response>((resolve, reject) => {
      const asked = request(url, { ca, method, headers, ...(signal === undefined ? {} : { signal }) }, (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_MOST) asked.destroy(new RangeError('the provider’s answer is too large'));
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const fields = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] => [value ?? []].flat().map((one) => [name, one]));
          const status = answer.statusCode ?? 502;
          resolve(new Response([204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers: fields }));
        });
      });
      asked.on('error', reject);
      asked.end(sent);
    });
  };
}
