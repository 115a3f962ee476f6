/** The audit as files for other systems: JSON lines, CSV (RFC 4180) and ArcSight's Common Event Format. */
import type { AuditRecord } from '../ports.js';

export const AUDIT_FORMATS = ['jsonl', 'csv', 'cef'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

export const AUDIT_MEDIA: Readonly<Record<AuditFormat, string>> = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  cef: 'text/plain; charset=utf-8',
};

const COLUMNS = ['at', 'actor', 'act', 'subject', 'data', 'writer', 'seq', 'prev', 'hash'] as const;
/** Enough rows for one write, so that a large export is not a million small ones. */
const LINES = 200;
const CRLF = '\r\n';

/** `version` is Weir's, for CEF's header. */
export async function* auditFile(rows: AsyncIterable<AuditRecord>, format: AuditFormat, version: string): AsyncGenerator<Uint8Array> {
  let lines = format === 'csv' ? [COLUMNS.join(',') + CRLF] : [];
  for await (const row of rows) {
    lines.push(lineOf(row, format, version));
    if (lines.length < LINES) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
  }
  yield Buffer.from(lines.join(''));
}

function lineOf(row: AuditRecord, format: AuditFormat, version: string): string {
  switch (format) {
    case 'jsonl':
      return `${JSON.stringify({ ...row, at: row.at.toISOString() })}\n`;
    case 'csv':
      return COLUMNS.map((name) => cell(textOf(row, name))).join(',') + CRLF;
    case 'cef':
      return cef(row, version);
  }
}

function textOf(row: AuditRecord, name: (typeof COLUMNS)[number]): string {
  const value = row[name];
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Spreadsheets run what begins like a formula: such a cell gets an apostrophe in front. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a monitor should see first. */
const SEVERE = /^(auth\.locked-out|original\.|bypass\.|grant\.|account\.|keys\.|vault\.missing|policy\.refused|audit\.dropped)/;

function cef(row: AuditRecord, version: string): string {
  const head = ['CEF:0', 'Weir', 'Weir', version, row.act, row.act, SEVERE.test(row.act) ? '7' : '3'].map((field, at) => (at === 0 ? field : field.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ')));
  const extension = [
    ['rt', String(row.at.getTime())],
    ['suser', row.actor],
    ...(row.subject === undefined ? [] : [['externalId', row.subject]]),
    ['msg', JSON.stringify(row.data)],
    ['cs1Label', 'chain'], ['cs1', `${row.writer} ${row.seq}`],
    ['cs2Label', 'hash'], ['cs2', row.hash],
  ].map(([key = '', value = '']) => `${key}=${value.replace(/[\\=]/g, '\\$&').replace(/\r?\n|\r/g, '\\n')}`);
  return `${head.join('|')}|${extension.join(' ')}\n`;
}
