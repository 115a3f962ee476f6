import { describe, it, expect } from '@jest/globals';
import { traceParentOf, withTraceParent } from '../../../gateway/record/trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const of = (...values: string[]) => traceParentOf(values.map((value) => ['Traceparent', value]));

describe('trace context', () => {
  it('is read from one well-formed traceparent', () => {
    expect(of(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(of(` 00-${TRACE}-${SPAN}-00 `)).toMatchObject({ sampled: false });
    expect(of(`cc-${TRACE}-${SPAN}-03-what-comes-later`)).toMatchObject({ sampled: true });
  });

  it.each([
    ['nothing', []],
    ['two of them', [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
    ['capitals', [`00-${TRACE.toUpperCase()}-${SPAN}-01`]],
    ['version ff', [`ff-${TRACE}-${SPAN}-01`]],
    ['more than version 00 has', [`00-${TRACE}-${SPAN}-01-more`]],
    ['no trace', [`00-${'0'.repeat(32)}-${SPAN}-01`]],
    ['no span', [`00-${TRACE}-${'0'.repeat(16)}-01`]],
    ['too short', [`00-${TRACE.slice(1)}-${SPAN}-01`]],
  ])('is not read from %s', (_what, values) => {
    expect(of(...values)).toBeUndefined();
  });

  it('takes the place of the sender\'s, under the name and at the place it had', () => {
    const own = { traceId: TRACE, spanId: SPAN, sampled: true };
    const fields = [['Host', 'x'], ['TraceParent', 'theirs'], ['traceparent', 'again'], ['tracestate', 'a=b'], ['X', 'y']] as const;
    expect(withTraceParent(fields, own, true)).toEqual([['Host', 'x'], ['TraceParent', `00-${TRACE}-${SPAN}-01`], ['tracestate', 'a=b'], ['X', 'y']]);
    expect(withTraceParent(fields, own, false)).toEqual([['Host', 'x'], ['TraceParent', `00-${TRACE}-${SPAN}-01`], ['X', 'y']]);
    expect(withTraceParent([['Host', 'x']], { ...own, sampled: false }, false)).toEqual([['Host', 'x'], ['traceparent', `00-${TRACE}-${SPAN}-00`]]);
  });
});
