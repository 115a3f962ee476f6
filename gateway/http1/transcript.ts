/** What a parser makes of bytes, as lines: for the self-test, which compares them with what they must be. */
import { Http1Parser } from './llhttp.js';

/** Of a vector: enough for each, and bounded whatever the parser does. */
const STEPS_MOST = 200;
const HEAD_BYTES = 16_384;

export interface Read {
  readonly kind: 'request' | 'response';
  /** In the order they come; joined they are the whole. */
  readonly pieces: readonly Buffer[];
  /** The connection ends behind them. */
  readonly ends?: boolean | undefined;
  /** Answers to HEAD. */
  readonly noBody?: boolean | undefined;
}

export function transcript({ kind, pieces, ends, noBody }: Read): readonly string[] {
  const parser = new Http1Parser(kind, { headBytes: HEAD_BYTES });
  const lines: string[] = [];
  let body = '';
  const told = (line: string): void => {
    if (body !== '') lines.push(`body ${body}`);
    body = '';
    lines.push(line);
  };
  /** Answers whether there may be more. */
  const step = (found: string): boolean => {
    switch (found) {
      case 'head': {
        const { head } = parser;
        if (head === undefined) return false;
        const start = kind === 'request' ? `${head.method} ${head.target}` : `${head.status} ${head.reason}`;
        const length = head.framing.kind === 'length' ? ` ${head.framing.length}` : '';
        told(`${start} ${head.version} ${head.framing.kind}${length}${head.keepAlive ? ' kept' : ''}${head.upgrade ? ' upgrade' : ''} ${JSON.stringify(head.fields)}`);
        return !head.upgrade;
      }
      case 'body':
        body += parser.body.toString('latin1');
        return true;
      case 'end':
        told(parser.trailers.length === 0 ? 'end' : `end ${JSON.stringify(parser.trailers)}`);
        return true;
      case 'failed':
        told(`failed ${parser.error}`);
        return false;
      default: return true;
    }
  };
  try {
    let open = true;
    let steps = 0;
    for (const piece of pieces) {
      for (let at = 0; open && steps < STEPS_MOST; at = parser.position) {
        if (!parser.started && noBody === true) parser.noBody = true;
        const found = parser.next(piece, at);
        steps += 1;
        if (found === 'more') break;
        open = step(found);
      }
    }
    if (open && ends === true) {
      const found = parser.finish();
      if (found !== 'more') step(found);
    }
    if (body !== '') lines.push(`body ${body}`);
    return lines;
  } finally {
    parser.close();
  }
}
