/** The fronts that the compiled gateway is asked with; WEIR_TEST_FRONTEND names one alone. */
export type Front = 'node' | 'fast';
const ALL: readonly Front[] = ['fast', 'node'];
const named = ALL.filter((front) => front === process.env['WEIR_TEST_FRONTEND']);
export const FRONTS = named.length > 0 ? named : ALL;
