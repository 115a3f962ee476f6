/** What a page of a PDF says: its text in the order of the file and as it lies on the page, with numbers put together again that were set in pieces. */

/** A run of text as pdf.js gives it. */
export interface TextRun {
  readonly str: string;
  /** [a, b, c, d, x, y] */
  readonly transform: readonly number[];
  readonly width: number;
  readonly hasEOL: boolean;
}

interface Placed {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly base: number;
  readonly size: number;
}
/** Runs that stand close enough to be read as one. */
interface Segment extends Placed {
  text: string;
  right: number;
}

/** Gaps, in heights of the letters: below the first nothing stands between two letters, below the second a blank, beyond it a column. */
const TOUCHING = 0.25;
const WORD = 1.2;
/** Letters whose feet differ by less stand in one line. */
const SAME_LINE = 0.5;
/** A line further below is no continuation. */
const NEXT_LINE = 2.5;
/** Digits of a number that was broken between two lines: the least and the most that any detector asks for. */
const LEAST_DIGITS = 11;
const MOST_DIGITS = 19;
/** Of each line, on either side of the break. */
const AROUND_BREAK = 32;

const DIGIT = '0-9０-９';
const SPACED = new RegExp(`(?:[${DIGIT}Xx][ \\t]){8,}[${DIGIT}Xx]`, 'g');
const ENDS = new RegExp(`[${DIGIT}][${DIGIT} -]*$`);
const STARTS = new RegExp(`^[${DIGIT}][${DIGIT} -]*[Xx]?`);
const NOT_DIGIT = new RegExp(`[^${DIGIT}Xx]`, 'g');

function place(run: TextRun): { readonly angle: number; readonly placed: Placed } | undefined {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = run.transform;
  if (run.str.trim() === '' || ![a, b, c, d, x, y, run.width].every(Number.isFinite)) return undefined;
  const angle = Math.atan2(b, a);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const left = x * cos + y * sin;
  const size = Math.hypot(c, d) || 1;
  return { angle: Math.round(angle * 50), placed: { text: run.str, left, right: left + run.width, base: y * cos - x * sin, size } };
}

function intoSegments(line: readonly Placed[]): Segment[] {
  const segments: Segment[] = [];
  let before: Placed | undefined;
  for (const run of [...line].sort((one, two) => one.left - two.left)) {
    const current = segments.at(-1);
    const size = Math.max(run.size, before?.size ?? 0);
    // Bold letters are often set twice, a hair apart.
    if (before?.text === run.text && run.left - before.left < TOUCHING * size && run.left < before.right) continue;
    const gap = run.left - (current?.right ?? -Infinity);
    if (current === undefined || gap > WORD * size) segments.push({ ...run });
    else {
      current.text += (gap > TOUCHING * size ? ' ' : '') + run.text;
      current.right = Math.max(current.right, run.right);
    }
    before = run;
  }
  return segments;
}

/** From top to bottom, each from left to right. */
function intoLines(runs: readonly Placed[]): Segment[][] {
  const lines: Placed[][] = [];
  let top: Placed | undefined;
  for (const run of [...runs].sort((one, two) => two.base - one.base)) {
    const line = lines.at(-1);
    if (line !== undefined && top !== undefined && top.base - run.base < SAME_LINE * Math.max(top.size, run.size)) line.push(run);
    else {
      lines.push([run]);
      top = run;
    }
  }
  return lines.map(intoSegments);
}

function brokenNumber(above: Segment, below: Segment): string | undefined {
  if (below.left > above.right || above.base - below.base > NEXT_LINE * Math.max(above.size, below.size)) return undefined;
  const end = ENDS.exec(above.text.slice(-AROUND_BREAK).trimEnd())?.[0];
  const start = STARTS.exec(below.text.slice(0, AROUND_BREAK).trimStart())?.[0];
  if (end === undefined || start === undefined) return undefined;
  const first = end.replace(NOT_DIGIT, '').length;
  const second = start.replace(NOT_DIGIT, '').length;
  // Two entries of a list as long as each other are two entries.
  const isList = first === second && end.trim() === above.text.trim() && start.trim() === below.text.trim();
  if (isList || first + second < LEAST_DIGITS || first + second > MOST_DIGITS) return undefined;
  return above.text.slice(-AROUND_BREAK).trimEnd() + below.text.slice(0, AROUND_BREAK).trimStart();
}

/** Numbers of which a piece stands at a line's end and the rest below. */
function brokenNumbers(lines: readonly (readonly Segment[])[]): string[] {
  return lines.flatMap((line, at) => {
    const next = lines[at + 1];
    if (next === undefined) return [];
    // What begins the next line may go on from anywhere in this one's end.
    return line.flatMap((above, index) => {
      const first = next[0];
      const beneath = next.filter((below) => below.left <= above.right && below.right >= above.left);
      const candidates = index === line.length - 1 && first !== undefined && !beneath.includes(first) ? [...beneath, first] : beneath;
      return candidates.flatMap((below) => brokenNumber(above, below) ?? []);
    });
  });
}

const squeezed = (line: string): string[] => [...line.matchAll(SPACED)].map(([match]) => match.replace(/[ \t]/g, ''));

/** All that `runs` say, a line each; what two orders say alike stands once. */
export function pageText(runs: readonly TextRun[]): string {
  const byAngle = new Map<number, Placed[]>();
  for (const run of runs) {
    const one = place(run);
    if (one === undefined) continue;
    const known = byAngle.get(one.angle);
    if (known === undefined) byAngle.set(one.angle, [one.placed]);
    else known.push(one.placed);
  }
  const lines = [...byAngle.values()].map(intoLines);
  const laid = lines.flatMap((own) => own.map((segments) => segments.map(({ text }) => text).join('\t')));
  const seen = new Set(laid.map((line) => line.replace(/\s+/g, '')));
  const streamed = runs
    .map((run) => run.str + (run.hasEOL ? '\n' : ''))
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '' && !seen.has(line.replace(/\s+/g, '')));
  const pieced = new Set([...laid, ...streamed].flatMap(squeezed));
  return [...laid, '', ...streamed, '', ...lines.flatMap(brokenNumbers), '', ...pieced].join('\n');
}
