/** Three-valued logic: what is certain, what may still happen, what cannot. */

export type Tri = 'no' | 'maybe' | 'yes';

const ORDER = { no: 0, maybe: 1, yes: 2 } as const satisfies Record<Tri, number>;

export const least = (a: Tri, b: Tri): Tri => (ORDER[a] <= ORDER[b] ? a : b);
export const most = (a: Tri, b: Tri): Tri => (ORDER[a] >= ORDER[b] ? a : b);
export const opposite = (a: Tri): Tri => (a === 'yes' ? 'no' : a === 'no' ? 'yes' : 'maybe');
export const certain = (truth: boolean): Tri => (truth ? 'yes' : 'no');
