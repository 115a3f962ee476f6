/** Text and numbers of Excel's binary workbooks (BIFF8, and BIFF5 of Excel 95), row by row, and of WPS Spreadsheets'. */
import { ExtractError } from '../contract.js';
import { PartsReader, recordsOf, type BiffRecord } from './biff-records.js';

const R = {
  formula: 0x0006, header: 0x0014, footer: 0x0015, note: 0x001c, filePass: 0x002f, codePage: 0x0042, boundSheet: 0x0085, mulRk: 0x00bd, richString: 0x00d6,
  drawingGroup: 0x00eb, strings: 0x00fc, labelSst: 0x00fd, text: 0x01b6, number: 0x0203, label: 0x0204, string: 0x0207, rk: 0x027e, begin: 0x0809,
} as const;
const BIFF8 = 0x0600;
/** A long text used by many cells is written out once. */
const LONG_TEXT = 256;
const PIECE = 32 * 1024;
/** Empty cells in a row are shown as tabs, so that columns stay columns; no sheet of BIFF8 is wider. */
const MOST_COLUMNS = 256;

interface XlsContent {
  /** In pieces; to be read once, before `rest` and `drawings`. */
  text(): Generator<string>;
  /** Bodies of records that hold no cells. */
  readonly rest: Uint8Array[];
  /** Pictures of the workbook, as OfficeArt records. */
  readonly drawings: Uint8Array[];
}

function rkNumber(raw: number): number {
  let value: number;
  if (raw & 2) value = raw >> 2;
  else {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(raw & ~3, 4);
    value = bytes.readDoubleLE(0);
  }
  return raw & 1 ? value / 100 : value;
}

/** Reads one workbook stream; throws `encrypted` where it says it is. */
export function readXls(stream: Uint8Array): XlsContent {
  const rest: Uint8Array[] = [];
  const drawings: Uint8Array[] = [];
  let strings: string[] = [];
  const used = new Set<number>();
  let wide = true;
  let decoder = new TextDecoder('gb18030');

  function narrow(bytes: Uint8Array): string {
    return decoder.decode(bytes);
  }
  /** A string with a count of two bytes (or one) before it, as BIFF8 or BIFF5 write it. */
  function stringAt(record: BiffRecord, at: number, short = false): string {
    const body = record.parts[0] ?? Buffer.alloc(0);
    if (body.length < at + (short ? 1 : 2)) return '';
    const reader = new PartsReader([body.subarray(at), ...record.parts.slice(1)]);
    const count = short ? reader.byte() : reader.short();
    if (count === 0) return '';
    if (!wide) return narrow(reader.take(count));
    const flags = reader.byte();
    if (flags & 8) reader.short();
    if (flags & 4) reader.long();
    return reader.characters(count, flags);
  }
  function sharedStrings(record: BiffRecord): void {
    const reader = new PartsReader(record.parts);
    const total = reader.long();
    const count = reader.long();
    strings = [];
    for (let i = 0; i < count && !reader.done; i++) {
      const length = reader.short();
      const flags = reader.byte();
      const runs = flags & 8 ? reader.short() : 0;
      const phonetic = flags & 4 ? reader.long() : 0;
      strings.push(reader.characters(length, flags));
      reader.take(4 * runs);
      if (phonetic > 0) rest.push(reader.take(phonetic));
    }
    // Fewer than said: cells would point beyond.
    if (strings.length < count && total > 0) throw new ExtractError('malformed', 'xls strings');
    rest.push(reader.remainder());
  }
  function textBox(record: BiffRecord): string {
    const count = (record.parts[0]?.length ?? 0) >= 12 ? (record.parts[0]?.readUInt16LE(10) ?? 0) : 0;
    const text = record.parts.slice(1);
    if (count === 0 || text.length === 0) return '';
    const reader = new PartsReader(text);
    return reader.characters(count, reader.byte());
  }

  function* text(): Generator<string> {
    let out = '';
    let row = -1;
    let column = 0;
    let waiting: { readonly row: number; readonly column: number } | undefined;
    const cell = (at: { readonly row: number; readonly column: number }, value: string): void => {
      if (at.row !== row || at.column < column) {
        out += '\n';
        row = at.row;
        column = 0;
      }
      out += '\t'.repeat(Math.min(MOST_COLUMNS, at.column - column)) + value.replace(/[\r\n\t\0]/g, ' ');
      column = at.column;
    };
    const line = (value: string): void => {
      if (value !== '') out += `\n${value.replace(/\0/g, ' ')}\n`;
      row = -1;
      column = 0;
    };
    for (const record of recordsOf(stream)) {
      const body = record.parts[0] ?? Buffer.alloc(0);
      const place = body.length >= 4 ? { row: body.readUInt16LE(0), column: body.readUInt16LE(2) } : { row: 0, column: 0 };
      const need = (size: number): void => {
        if (body.length < size) throw new ExtractError('malformed', 'xls record');
      };
      switch (record.type) {
        case R.filePass:
          throw new ExtractError('encrypted', 'xls');
        case R.begin:
          need(4);
          wide = body.readUInt16LE(0) >= BIFF8;
          line('');
          break;
        case R.codePage:
          if (body.length >= 2 && body.readUInt16LE(0) === 950) decoder = new TextDecoder('big5');
          break;
        case R.strings:
          sharedStrings(record);
          break;
        case R.labelSst: {
          need(10);
          const which = body.readUInt32LE(6);
          const value = strings[which];
          if (value === undefined) throw new ExtractError('malformed', 'xls string');
          cell(place, used.has(which) && value.length > LONG_TEXT ? '' : value);
          used.add(which);
          break;
        }
        case R.label:
        case R.richString:
          cell(place, stringAt(record, 6));
          break;
        case R.number:
          need(14);
          cell(place, String(body.readDoubleLE(6)));
          break;
        case R.rk:
          need(10);
          cell(place, String(rkNumber(body.readInt32LE(6))));
          break;
        case R.mulRk:
          for (let at = 4, i = 0; at + 6 <= body.length - 2; at += 6, i++) cell({ row: place.row, column: place.column + i }, String(rkNumber(body.readInt32LE(at + 2))));
          break;
        case R.formula:
          need(20);
          if (body.readUInt16LE(12) !== 0xffff) cell(place, String(body.readDoubleLE(6)));
          else if (body[6] === 0) waiting = place;
          // Texts and numbers within the formula itself.
          rest.push(body.subarray(20));
          break;
        case R.string:
          if (waiting === undefined) line(stringAt(record, 0));
          else cell(waiting, stringAt(record, 0));
          waiting = undefined;
          break;
        case R.boundSheet:
          line(stringAt(record, 6, true));
          break;
        case R.header:
        case R.footer:
          line(stringAt(record, 0, !wide));
          break;
        case R.note:
          line(stringAt(record, 8));
          break;
        case R.text:
          line(textBox(record));
          break;
        case R.drawingGroup:
          drawings.push(Buffer.concat(record.parts));
          break;
        default:
          rest.push(...record.parts);
      }
      if (out.length > PIECE) {
        yield out;
        out = '';
      }
    }
    for (const [index, value] of strings.entries()) {
      if (used.has(index)) continue;
      out += `\n${value}`;
      if (out.length > PIECE) {
        yield out;
        out = '';
      }
    }
    yield out;
  }
  return { text, rest, drawings };
}
