/** The three lines of the tour: a mask, a block, a hold. */
import type { AboutAnswer } from '../../../../review/about-schemas.js';

/** The example in GB 11643 itself and two made like it; a well-known example number. None belongs to anyone. */
const IDS = ['11010519491231002X', '440524188001010014', '810000199408230021'] as const;
const PHONE = '13800138000';

export interface TourLine {
  readonly what: 'mask' | 'block' | 'hold';
  readonly line: string;
}

/** Lines only for routes that are there. */
export function tourLines(origin: string, demo: AboutAnswer['demo']): readonly TourLine[] {
  const json = "-H 'Content-Type: application/json'";
  const bodies = [
    ['mask', 'upload', { phone: PHONE }],
    ['block', 'mail', { text: IDS.join(', ') }],
    ['hold', 'share', { id: IDS[0] }],
  ] as const;
  return bodies.flatMap(([what, route, body]) => {
    const path = demo.find((one) => one.route === route)?.path;
    return path === undefined ? [] : [{ what, line: `curl -i ${origin}${path} ${json} -d '${JSON.stringify(body)}'` }];
  });
}
