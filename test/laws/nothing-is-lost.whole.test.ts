/** Law 8: nothing is lost, nothing is doubled silently, wherever the gateway or its database is killed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAudit } from '../../gateway/ledger/audit-chain.js';
import type { AuditCheck } from '../../gateway/ports.js';
import { ledgerDatabase } from '../../gateway/ledger/database.js';
import { OWNER_ROLE } from '../../gateway/ledger/postgres-home.js';
import { allRows, HOOK, inTime, laneConfig, openLane, ORPHANS_PASS, plantOrphan, vaultIds, type Lane } from '../kit/crash-lane.js';
import { ALL_STEPS, NAMED, stepName } from '../kit/crash-points.js';
import { runStep } from '../kit/crash-steps.js';
import { endGateways, gatewayFolder, startGateway, writeConfig } from '../kit/gateway.js';
import { withoutFile } from '../kit/kept-files.js';

/** Each has its own data folder, destination and database. A crash is mostly waiting for a start, so more than cores. */
const LANES = 3;
const ROUNDS = Number(process.env['WEIR_LAW_RUNS'] ?? '0');
const MOST_MS = 1_800_000 * (ROUNDS + 1);
interface End {
  readonly withoutFile: readonly string[];
  readonly withoutMessage: readonly string[];
  readonly audit: AuditCheck;
  /** `act subject` of promised audit rows that are not there exactly once. */
  readonly unrecorded: readonly string[];
}

/** For a person who looks into one: part of a step's name. */
const only = process.env['WEIR_CRASH_STEPS'];
const STEPS = ALL_STEPS.filter((step) => (only === undefined ? ROUNDS > 0 || !step.long : stepName(step).includes(only)));
const problems = new Map<string, readonly string[]>();
const ends: End[] = [];
const lanes: Lane[] = [];

async function endOf(lane: Lane): Promise<End> {
  const home = readFileSync(join(lane.dataDir, 'postgres.location'), 'utf8').trim();
  const database = ledgerDatabase({ host: join(home, 'run'), port: 5432, user: OWNER_ROLE, password: readFileSync(join(lane.dataDir, 'keys', 'postgres'), 'utf8').trim(), database: 'weir' });
  try {
    let end: Omit<End, 'audit' | 'withoutFile'> | undefined;
    let failed: unknown;
    const look = async (): Promise<true | undefined> => {
      const entries = await database.read((db) => db.selectFrom('audit').select(['act', 'subject']).execute());
      const counts = new Map<string, number>();
      for (const { act, subject } of entries) counts.set(`${act} ${subject ?? ''}`, (counts.get(`${act} ${subject ?? ''}`) ?? 0) + 1);
      // The files first: a message comes after its file.
      const files = vaultIds(lane);
      const known = new Set((await allRows(lane)).map(({ id }) => id));
      end = {
        withoutMessage: [...files].filter((id) => !known.has(id)),
        unrecorded: lane.promised.map(({ act, subject }) => `${act} ${subject}`).filter((name) => counts.get(name) !== 1),
      };
      return (end.withoutMessage.length === 0 && end.unrecorded.length === 0) || undefined;
    };
    // Its end says that all files were looked at twice, a quarter of an hour apart: what belongs to nobody was destroyed, and nothing else.
    plantOrphan(lane);
    // What is left in spite of all patience is told of below.
    const trying = (): Promise<true | undefined> => look().catch((thrown: unknown) => void (failed = thrown));
    const missed = await inTime(lane, 'the end of all that was begun', trying, ORPHANS_PASS).catch((thrown: unknown) => thrown);
    if (end === undefined) throw new Error('whether anything was lost is not known: no look came to its end', { cause: failed ?? missed });
    return { ...end, withoutFile: await withoutFile(lane.dataDir, () => allRows(lane)), audit: await verifyAudit(database) };
  } finally {
    await database.close();
  }
}

beforeAll(async () => {
  // Beyond the first round the death comes a moment after the point: at places that have no name.
  const queue = Array.from({ length: Math.max(1, ROUNDS) }, (_, round) => STEPS.map((step) => ({ name: stepName(step), step: round === 0 ? step : { ...step, delayMs: Math.random() * 30 } }))).flat();
  await Promise.all(
    Array.from({ length: LANES }, async (_, number) => {
      const lane = await openLane(number);
      lanes.push(lane);
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { name, step } = next;
        const began = Date.now();
        problems.set(name, [...(problems.get(name) ?? []), ...(await runStep(lane, step))]);
        if (process.env['WEIR_CRASH_TIMES'] !== undefined) process.stderr.write(`${String(Date.now() - began)} ${name} ${JSON.stringify(problems.get(name))}\n`);
        lane.learn(await lane.gateway.reached());
      }
      ends.push(await endOf(lane));
      lane.learn(await lane.gateway.stop());
    }),
  );
}, MOST_MS);

afterAll(async () => {
  await endGateways();
  await Promise.all(lanes.map((lane) => lane.close()));
});

describe('law 8: nothing is lost and nothing is doubled silently', () => {
  it.each(STEPS.map(stepName))('killed at %s', (name) => {
    expect(problems.get(name)).toEqual([]);
  });

  it('a first start that is killed again and again leaves a folder that starts', async () => {
    const dataDir = gatewayFolder('start');
    const [lane] = lanes;
    if (lane === undefined) throw new Error('no lane was opened');
    const options = { configFile: writeConfig(gatewayFolder('start-config'), laneConfig(lane.upstream.url, lane.receiver.url)), dataDir, env: HOOK };
    for (const killAfterMs of [150, 500, 900, 1_300, 1_700, 2_200]) {
      const early = await startGateway({ ...options, killAfterMs }).catch(() => undefined);
      await early?.exited;
    }
    const gateway = await startGateway(options);
    const held = await fetch(`${gateway.dataUrl}/hold`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: lane.numbers.residentId() });
    expect(held.status).toBe(202);
    await gateway.stop();
  });

  it('no message that is still open has lost its vault file', () => {
    expect(ends.map(({ withoutFile }) => withoutFile)).toEqual(Array.from({ length: LANES }, () => []));
  });

  it('no vault file without a message survives', () => {
    expect(ends.map(({ withoutMessage }) => withoutMessage)).toEqual(Array.from({ length: LANES }, () => []));
  });

  it('the audit is whole, and every ending that was seen is recorded once', () => {
    for (const { audit, unrecorded } of ends) {
      expect(audit).toMatchObject({ ok: true });
      expect(unrecorded).toEqual([]);
    }
  });

  it('every method of every wrapped port has a name in the list', () => {
    const methods = new Set(lanes.flatMap(({ reached }) => [...reached.methods]));
    expect([...methods].filter((method) => NAMED[method] === undefined)).toEqual([]);
    expect(Object.keys(NAMED).filter((name) => only === undefined && !methods.has(name))).toEqual([]);
  });

  it('every method that is named with scenarios is killed in them', () => {
    for (const [method, scenarios] of Object.entries(NAMED)) {
      if (typeof scenarios === 'string') continue;
      for (const scenario of scenarios) {
        const steps = ALL_STEPS.filter((step) => step.scenario === scenario && step.point.startsWith(`${method}:`));
        expect({ method, scenario, steps: steps.length > 0 }).toEqual({ method, scenario, steps: true });
      }
    }
  });
});
