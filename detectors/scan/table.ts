/** Follows a table with a header line through a text that comes in pieces: which cell a number fills, and what its column held before (HC 14). */
import type { Verified } from '../contract.js';

/** A longer first line is prose, or no table that people made. */
export const MAX_HEADER = 4096;
/** A longer line is no row: it ends the table, so that text without line ends is not read byte by byte. */
export const MAX_ROW = 16_384;
/** Columns that are followed; what stands further right is judged without its header. */
const MAX_COLUMNS = 256;
/** Longer ones name no column. */
const LONGEST_NAME = 64;
/** Cells of a column that are looked back on. */
export const COLUMN_MEMORY = 64;
/** Fewer cells say nothing of a column yet. */
const LEAST_FOR = 8;
const LEAST_AGAINST = 16;
/** From this share on the column holds such numbers; below the other they are what chance makes of serial numbers. */
const SHARE_FOR = 0.75;
const SHARE_AGAINST = 0.25;
/** A column's habit decides weak numbers only: what checks itself or carries its own word stands. */
const WEAK = 0.9;
const AGAINST = 0.3;
/** What a column can make of a number at most. */
const FOR_CEILING = 0.96;
/** Below this a number is more likely none. */
const LEAST_LIKELY = 0.5;

/** Quotes, blanks and signs between a cell's border and its number: few, so that the border is in sight however the text was cut. */
const MAX_PADDING = 4;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const PADDING = new Set(Array.from(' "\'+(', (one) => one.charCodeAt(0)));
/** A quoted cell may go on over a line without delimiters; a row drawn with bars does not. */
const BAR = 0x7c;
const LINES_BETWEEN = 2;
/** What ends a sentence or introduces something names no column. */
const PROSE = /[。！？；：]/;
/** Comma, tab, semicolon, bar: in this order where two are equally frequent. */
const DELIMITERS = [0x2c, 0x09, 0x3b, BAR];

/** The cell that a number fills alone. */
export interface Cell {
  readonly header: string;
  readonly column: number;
  /** 1 for the first line under the header. */
  readonly row: number;
}

interface Position {
  /** Offset of the next element to follow. */
  readonly at: number;
  readonly row: number;
  readonly column: number;
  /** Where the current line and cell begin. */
  readonly line: number;
  readonly cell: number;
  readonly quoted: boolean;
  /** Of the current line so far: only blanks; a delimiter, quoted or not. */
  readonly blank: boolean;
  readonly parted: boolean;
  /** Lines above without any delimiter, one after the other. */
  readonly bare: number;
  /** A blank line, or too many without a delimiter: the header names nothing any more. */
  readonly ended: boolean;
}

/** What tells of a line whether the table goes on in it. */
export interface LinePosition {
  at: number;
  line: number;
  row: number;
  bare: number;
  blank: boolean;
  parted: boolean;
  ended: boolean;
}
/** Whoever holds the text in a way in which whole lines are quickly passed over. */
export interface LineFollower {
  /** Follows the lines that end before `stop`; the text's first element has offset `base`. Ends the table at a longer line, a blank one, or so many without delimiter. */
  skipLines(now: LinePosition, base: number, stop: number, delimiter: number, between: number, longest: number): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type Elements = ArrayLike<number>;

/** The last stretch that was followed by its mark: all views of a text ask for the same, and read the same. */
let lastMark = -1;
let lastFrom: Position | undefined;
let lastDelimiter = -1;
let lastUntil = -1;
let lastBehind: Position | undefined;

function isSame(a: Position, b: Position): boolean {
  return (
    a.at === b.at && a.row === b.row && a.column === b.column && a.line === b.line && a.cell === b.cell && a.quoted === b.quoted &&
    a.blank === b.blank && a.parted === b.parted && a.bare === b.bare && a.ended === b.ended
  );
}

/** What the scanner asks of the table that its window lies in; places are unit indexes of the window. */
export interface TableWindow {
  cellAt(start: number, end: number): Cell | undefined;
  weigh(cell: Cell, detector: string, verified: Verified): Verified | undefined;
}

/** The rows of one column that hold such numbers, before and now. */
export interface Weighed {
  readonly before: readonly number[];
  readonly now: readonly number[];
}

const NO_ROWS: readonly number[] = [];

export class Table {
  #head: number[] | undefined = [];
  /** Offset of the next element that belongs to the header: what is followed twice is read once. */
  #headAt: number;
  #headers: readonly string[] = [];
  #delimiter = -1;
  /** The state at the start of what can still be asked for, and the furthest one reached. */
  #kept: Position;
  #near: Position;
  /** By column and detector; a list never changes once it is in here. */
  readonly #rows = new Map<string, readonly number[]>();
  readonly #weighed = new Map<string, Weighed>();

  /** `start` is the offset of the text's first element; `read` turns header elements into text; `lines` reads the same elements as the table is given. */
  constructor(start: number, private readonly read: (elements: readonly number[]) => string, private readonly lines?: LineFollower) {
    this.#headAt = start;
    this.#kept = this.#near = { at: start, row: 0, column: 0, line: start, cell: start, quoted: false, blank: true, parted: false, bare: 0, ended: false };
  }

  /** False once the text has shown that it is no table with a header, or that the table has ended. */
  get possible(): boolean {
    return !this.#kept.ended && (this.#head !== undefined || this.#delimiter >= 0);
  }

  /**
   * Nothing before `until` will be asked for again; `elements[0]` has offset `base`. Two tables that are given the same `mark` are
   * given the same elements.
   */
  keep(elements: Elements, base: number, until: number, mark?: number): void {
    if (!this.possible) return;
    if (mark === undefined || this.#head !== undefined) {
      this.#kept = this.#follow(this.#from(until), elements, base, until);
      return;
    }
    if (mark === lastMark && until === lastUntil && this.#delimiter === lastDelimiter && lastFrom !== undefined && lastBehind !== undefined && isSame(lastFrom, this.#kept)) {
      this.#kept = lastBehind;
      return;
    }
    lastFrom = this.#kept;
    this.#kept = lastBehind = this.#follow(this.#from(until), elements, base, until);
    lastMark = mark;
    lastUntil = until;
    lastDelimiter = this.#delimiter;
  }

  /** The cell that the elements [start, end) fill, quotes and blanks aside; undefined outside tables and in their header. */
  cellAt(elements: Elements, base: number, start: number, end: number): Cell | undefined {
    if (!this.possible) return undefined;
    this.#near = this.#follow(this.#from(start), elements, base, start);
    const { row, column, cell, ended } = this.#near;
    if (ended) return undefined;
    const header = this.#headers[column];
    if (row === 0 || header === undefined || start - cell > MAX_PADDING || cell < base) return undefined;
    for (let at = cell; at < start; at++) if (!isPadding(elements[at - base])) return undefined;
    let after = end - base;
    while (after - (end - base) < MAX_PADDING && isPadding(elements[after])) after++;
    const closing = elements[after];
    if (closing !== undefined && closing !== this.#delimiter && closing !== NEWLINE && closing !== RETURN) return undefined;
    return { header, column, row };
  }

  /** Remembers that `detector` believes the cell's number, and lets the column's last cells speak. */
  weigh(cell: Cell, detector: string, verified: Verified): Verified | undefined {
    const key = `${cell.column} ${detector}`;
    const rows = this.#rows.get(key) ?? NO_ROWS;
    const first = cell.row - COLUMN_MEMORY;
    // A number may be judged again after a later one: only what stands above it counts.
    const hits = rows.filter((row) => row >= first && row < cell.row).length;
    if (!rows.includes(cell.row)) {
      const now = [...rows.filter((row) => row >= first - COLUMN_MEMORY), cell.row];
      this.#weighed.set(key, { before: this.#weighed.get(key)?.before ?? rows, now });
      this.#rows.set(key, now);
    }
    const seen = Math.min(cell.row - 1, COLUMN_MEMORY);
    if (verified.confidence >= WEAK) return verified;
    // A header that names another number is no column of these, however many of its cells look like them; and no column sets a check digit right.
    if (seen >= LEAST_FOR && hits >= seen * SHARE_FOR && !verified.reasons.includes('other-label') && !verified.reasons.includes('check-digit')) {
      const confidence = verified.confidence + (FOR_CEILING - verified.confidence) / 2;
      return { ...verified, confidence: rounded(confidence), reasons: [...verified.reasons, 'column'] };
    }
    if (seen < LEAST_AGAINST || hits > seen * SHARE_AGAINST || verified.reasons.includes('keyword')) return verified;
    const confidence = verified.confidence - AGAINST;
    return confidence < LEAST_LIKELY ? undefined : { ...verified, confidence: rounded(confidence), reasons: [...verified.reasons, 'column-other'] };
  }

  /** The rows whose numbers were believed since the last `forgetWeighed`. */
  get weighed(): ReadonlyMap<string, Weighed> {
    return this.#weighed;
  }

  forgetWeighed(): void {
    if (this.#weighed.size > 0) this.#weighed.clear();
  }

  /** Believes what another reading of the same table does, of text that both of them read the same. */
  believe(weighed: ReadonlyMap<string, Weighed>): void {
    for (const [key, { before, now }] of weighed) {
      const rows = this.#rows.get(key) ?? NO_ROWS;
      if (rows === before) this.#rows.set(key, now);
      else {
        const last = Math.max(...rows, ...now);
        const added = now.filter((row) => !before.includes(row) && !rows.includes(row));
        this.#rows.set(key, [...rows, ...added].filter((row) => row >= last - 2 * COLUMN_MEMORY));
      }
    }
  }

  #from(until: number): Position {
    return this.#near.at <= until && this.#near.at >= this.#kept.at ? this.#near : this.#kept;
  }

  #follow(from: Position, elements: Elements, base: number, until: number): Position {
    if (from.at >= until) return from;
    if (from.ended) return { ...from, at: Math.max(from.at, until) };
    const now = { ...from };
    const stop = Math.min(until, base + elements.length);
    if (this.#head !== undefined) this.#followHeader(this.#head, now, elements, base, stop);
    // Quotes end with their line: only the last line has to be read closely.
    if (this.lines !== undefined && this.#delimiter >= 0 && now.at < stop && now.at >= base) this.#skipLines(now, base, stop);
    if (this.possible && !now.ended) this.#followRows(now, elements, base, stop);
    return now.ended ? { ...now, at: Math.max(now.at, until) } : now;
  }

  #followHeader(head: number[], now: Mutable<Position>, elements: Elements, base: number, stop: number): void {
    while (now.at < stop) {
      const one = elements[now.at - base] ?? 0;
      const isNew = now.at === this.#headAt;
      now.at++;
      if (one === NEWLINE) {
        this.#readHeader(head);
        this.#nextLine(now, now.at);
        return;
      }
      if (isNew) {
        this.#headAt++;
        head.push(one);
      }
      if (head.length > MAX_HEADER) {
        this.#head = undefined;
        return;
      }
    }
  }

  #followRows(now: Mutable<Position>, elements: Elements, base: number, stop: number): void {
    const delimiter = this.#delimiter;
    let { at, column, cell, quoted, blank, parted } = now;
    const settle = (): void => {
      Object.assign(now, { at, column, cell, quoted, blank, parted });
    };
    for (; at < stop; at++) {
      const one = elements[at - base] ?? 0;
      if (one === NEWLINE) {
        settle();
        this.#nextLine(now, at + 1);
        if (now.ended) return;
        ({ column, cell, quoted, blank, parted } = now);
      } else if (one === delimiter) {
        parted = true;
        blank = false;
        if (quoted) continue;
        column++;
        cell = at + 1;
      } else if (one === QUOTE) {
        // A quote inside a cell is a character like others; one left open ends with its line, so that it cannot swallow the table.
        quoted = quoted ? false : at === cell;
        blank = false;
      } else if (blank) blank = isBlank(one);
      if (at - now.line > MAX_ROW) {
        now.ended = true;
        break;
      }
    }
    settle();
  }

  /** Of whole lines only what tells whether the table goes on. */
  #skipLines(now: Mutable<Position>, base: number, stop: number): void {
    const { row } = now;
    this.lines?.skipLines(now, base, stop, this.#delimiter, this.#between, MAX_ROW);
    if (now.row === row) return;
    now.column = 0;
    now.cell = now.line;
    now.quoted = false;
  }

  /** So many lines without a delimiter end the table. */
  get #between(): number {
    return this.#delimiter === BAR ? 1 : LINES_BETWEEN;
  }

  #nextLine(now: Mutable<Position>, start: number): void {
    if (now.row > 0) {
      now.bare = now.parted ? 0 : now.bare + 1;
      now.ended = now.blank || now.bare >= this.#between;
    }
    now.row++;
    now.column = 0;
    now.line = now.cell = start;
    now.quoted = now.parted = false;
    now.blank = true;
  }

  #readHeader(head: readonly number[]): void {
    this.#head = undefined;
    const counts = DELIMITERS.map((delimiter) => head.filter((one) => one === delimiter).length);
    const most = Math.max(...counts);
    const delimiter = DELIMITERS[counts.indexOf(most)];
    if (most === 0 || most >= MAX_COLUMNS || delimiter === undefined) return;
    const cells = this.read(head).split(String.fromCharCode(delimiter)).map((text) => text.replace(/["\ufeff]/g, '').trim());
    // A header names its columns: lines with numbers in them are rows already.
    if (cells.some((text) => /\d{3}/.test(text) || PROSE.test(text) || text.length > LONGEST_NAME)) return;
    this.#headers = cells;
    this.#delimiter = delimiter;
  }
}

function isBlank(element: number): boolean {
  return element === 0x20 || element === 0x09 || element === RETURN;
}

function isPadding(element: number | undefined): boolean {
  return element !== undefined && PADDING.has(element);
}

function rounded(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}
