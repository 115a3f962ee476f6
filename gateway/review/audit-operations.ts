/** The audit for the auditor: look, export, verify. Reading it is an act of its own. */
import type { AuditReading, AuditTrail, Clock } from '../ports.js';
import { auditFile, AUDIT_MEDIA } from './audit-formats.js';
import { auditAnswer, auditExportQuery, auditQuery, auditVerifyAnswer, auditVerifyBody } from './audit-schemas.js';
import { away } from './away.js';
import { operation, streamAnswer, type Operation } from './operation.js';
import { noBody, noParams, noQuery } from './schemas.js';

export interface AuditPorts {
  readonly audit: AuditTrail;
  readonly auditReading: AuditReading;
  readonly clock: Clock;
  readonly version: string;
}

export function auditOperations({ audit, auditReading, clock, version }: AuditPorts): readonly Operation[] {
  const note = (actor: string, act: string, data: Readonly<Record<string, unknown>>): Promise<void> =>
    away(() => audit.append({ at: new Date(clock.now()), actor, act, subject: undefined, data }));
  const told = (filter: { readonly from?: Date | undefined; readonly to?: Date | undefined; readonly actor?: string | undefined; readonly act?: string | undefined; readonly subject?: string | undefined }): Record<string, unknown> => ({
    from: filter.from?.toISOString(), to: filter.to?.toISOString(), actor: filter.actor, act: filter.act, subject: filter.subject,
  });
  return [
    operation({
      id: 'listAudit',
      method: 'get',
      path: '/audit',
      right: 'audit.read',
      summary: 'The audit, newest first: who did, saw and changed what.',
      params: noParams,
      query: auditQuery,
      body: noBody,
      status: 200,
      answer: auditAnswer,
      problems: ['ledger-unavailable'],
      async run({ query, caller }) {
        const { rows, next } = await away(() => auditReading.page(query));
        await note(caller.actor, 'audit.search', { ...told(query), found: rows.length });
        return { rows: rows.map(({ prev: _prev, at, ...row }) => ({ ...row, at: at.toISOString() })), next };
      },
    }),
    operation({
      id: 'exportAudit',
      method: 'get',
      path: '/audit/export',
      right: 'audit.read',
      summary: 'The audit as a file, oldest first: JSON lines (with the hashes that chain it), CSV or CEF.',
      params: noParams,
      query: auditExportQuery,
      body: noBody,
      status: 200,
      answer: streamAnswer,
      media: 'application/x-ndjson',
      problems: ['ledger-unavailable'],
      async run({ query, caller }) {
        await note(caller.actor, 'audit.export', { ...told(query), format: query.format });
        const { format, ...filter } = query;
        return { type: AUDIT_MEDIA[format], fileName: `weir-audit.${format === 'cef' ? 'log' : format}`, body: auditFile(auditReading.all(filter), format, version) };
      },
    }),
    operation({
      id: 'verifyAudit',
      method: 'post',
      path: '/audit/verify',
      right: 'audit.read',
      summary: 'Reads every chain from its first row: was anything changed, taken out or cut off?',
      params: noParams,
      query: noQuery,
      body: auditVerifyBody,
      status: 200,
      answer: auditVerifyAnswer,
      problems: ['ledger-unavailable'],
      async run({ caller }) {
        const result = await away(() => auditReading.verify());
        await note(caller.actor, 'audit.verify', { ok: result.ok, rows: result.rows });
        if (!result.ok) return result;
        return { ok: true as const, rows: result.rows, chains: result.heads.length, checkpoints: { ...result.checkpoints } };
      },
    }),
  ];
}
