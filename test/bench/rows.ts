/** The routes that are measured: one for each mode and each way it can end, as a configuration and as expectations. */

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly string[];
  readonly scan: boolean;
  readonly status: number;
  readonly action: string | undefined;
}

const phone = '{ found: { of: [cn.phone] } }';
const identity = '{ found: { of: [cn.resident-id] } }';

/** The text holds phone numbers and no resident ID. */
export const ROWS: readonly Row[] = [
  { id: 'unscanned', title: 'passed through unscanned', rules: [], scan: false, status: 200, action: undefined },
  { id: 'watch', title: 'watch', rules: [`{ id: see, when: ${phone}, action: pass }`], scan: true, status: 200, action: 'pass' },
  { id: 'stream', title: 'stream, masking', rules: [`{ id: mask, when: ${phone}, action: mask, otherwise: pass }`], scan: true, status: 200, action: undefined },
  { id: 'hold-pass', title: 'hold, passing', rules: [`{ id: stop, when: ${identity}, action: hold }`], scan: true, status: 200, action: 'pass' },
  { id: 'hold-mask', title: 'hold, masking', rules: [`{ id: stop, when: ${identity}, action: hold }`, `{ id: mask, when: ${phone}, action: mask }`], scan: true, status: 200, action: 'mask' },
  { id: 'held', title: 'hold, held (sealed)', rules: [`{ id: stop, when: ${phone}, action: hold }`], scan: true, status: 202, action: 'hold' },
];

export function configuration(rows: readonly Row[], ports: { readonly data: number; readonly admin: number; readonly sink: number }): string {
  const routes = rows.map(({ id, scan }) => `  - { id: ${id}, match: { path: /${id} }, upstream: { url: "http://127.0.0.1:${ports.sink}", responseTimeout: 10m }, bodyTimeout: 10m, maxBody: 64GiB, ${scan ? `policy: ${id}` : 'scan: false'} }`);
  const policies = rows
    .filter(({ scan }) => scan)
    .map(({ id, rules }) => `  ${id}:\n    unscannable: ${id === 'watch' ? 'pass' : 'hold'}\n    rules:\n${rules.map((rule) => `      - ${rule}`).join('\n')}`);
  return `version: 1
listen:
  data: { host: 127.0.0.1, port: ${ports.data} }
  admin: { host: 127.0.0.1, port: ${ports.admin} }
routes:
${routes.join('\n')}
policies:
${policies.join('\n')}
`;
}
