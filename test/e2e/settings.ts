/** Policies and routes that the end-to-end tests share: one for each of pass, mask, block and hold, to an upstream of the test. */

const NUMBERS = ['cn.resident-id', 'bank-card', 'cn.phone'];

export const policies = {
  mask: { rules: [{ id: 'mask-all', when: { found: { of: NUMBERS } }, action: 'mask', otherwise: 'hold', notify: false }] },
  block: {
    rules: [
      { id: 'many', when: { found: { of: ['cn.resident-id', 'bank-card'], distinct: 3 } }, action: 'block', severity: 'high' },
      { id: 'rest', when: { found: { of: NUMBERS } }, action: 'mask', notify: false },
    ],
  },
  hold: {
    rules: [
      { id: 'people', when: { found: { of: ['cn.resident-id', 'bank-card'] } }, action: 'hold', severity: 'high' },
      { id: 'phones', when: { found: { of: ['cn.phone'] } }, action: 'mask', notify: false },
    ],
  },
};

export function route(id: string, url: string, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { id, match: { path: `/${id}` }, upstream: { url }, ...change };
}
