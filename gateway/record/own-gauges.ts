/** Gauges of one process: its spool, components, database connections, certificates, leases, and the bypasses that it follows. */
import type { Pull, PulledGaugesOptions } from './pulled-gauges.js';

export function ownGauges({ make, sources }: PulledGaugesOptions): readonly Pull[] {
  const { gauge } = make;
  const { spool, spoolLimits, bypasses, database, certificates, leases } = sources;
  const pulls: Pull[] = [];

  const spooled = gauge('weir_spool_bytes', 'Bytes of bodies waiting for their verdict, in memory and in encrypted temp files.', 'sum', ['where']);
  const room = gauge('weir_spool_limit_bytes', 'Bytes that bodies may take up while they wait for their verdict.', 'sum', ['where']);
  if (spoolLimits !== undefined) for (const where of ['memory', 'disk'] as const) room.set({ where }, spoolLimits[where]);
  if (spool !== undefined) {
    pulls.push({
      source: 'spool',
      ask: () => {
        const usage = spool();
        return Promise.resolve(() => {
          spooled.set({ where: 'memory' }, usage.memory);
          spooled.set({ where: 'disk' }, usage.disk);
        });
      },
      clear: () => spooled.reset(),
    });
  }

  const bypassed = gauge('weir_bypass_active', '1 for each route on which break-glass lets everything pass now.', 'max', ['route']);
  if (bypasses !== undefined) {
    pulls.push({
      source: 'bypasses',
      ask: () => {
        const routes = bypasses().map(({ route }) => route);
        return Promise.resolve(() => {
          bypassed.reset();
          for (const route of routes) bypassed.set({ route }, 1);
        });
      },
      clear: () => bypassed.reset(),
    });
  }

  const connections = gauge('weir_database_connections', 'Connections to the ledger: in use, idle, and questions that wait for one.', 'sum', ['state']);
  const most = gauge('weir_database_connections_limit', 'Connections to the ledger that this process may open.', 'sum');
  if (database !== undefined) {
    pulls.push({
      source: 'database',
      ask: () => {
        const { total, idle, waiting, max } = database();
        return Promise.resolve(() => {
          connections.set({ state: 'used' }, total - idle);
          connections.set({ state: 'idle' }, idle);
          connections.set({ state: 'waiting' }, waiting);
          most.set(max);
        });
      },
      clear: () => {
        connections.reset();
        most.remove();
      },
    });
  }

  const ends = gauge('weir_certificate_expiry_timestamp_seconds', 'When a certificate ends that this process shows: of a listener, or for an upstream (`name`: the route).', 'min', ['use', 'name']);
  if (certificates !== undefined) {
    pulls.push({
      source: 'certificates',
      ask: async () => {
        const all = await certificates();
        return () => {
          for (const { use, name, endsAt } of all) ends.set({ use, name }, endsAt.getTime() / 1_000);
        };
      },
      clear: () => ends.reset(),
    });
  }

  const holds = gauge('weir_lease_held', '1 where this process does for the fleet what is to happen once.', 'max', ['lease']);
  if (leases !== undefined) {
    pulls.push({
      source: 'leases',
      ask: () => {
        const all = leases();
        return Promise.resolve(() => {
          for (const { name, held } of all) holds.set({ lease: name }, held ? 1 : 0);
        });
      },
      clear: () => holds.reset(),
    });
  }

  const up = gauge('weir_component_up', 'What /readyz says of each component: 1 ready, 0 not.', 'min', ['component']);
  for (const health of sources.components ?? []) {
    pulls.push({
      source: 'components',
      ask: async () => {
        const { ok } = await health.check();
        return () => up.set({ component: health.component }, ok ? 1 : 0);
      },
      // A component that cannot even answer is down: absence would hide exactly what the alert looks for.
      clear: () => up.set({ component: health.component }, 0),
    });
  }
  // Never measured is not 0.
  most.remove();
  return pulls;
}
