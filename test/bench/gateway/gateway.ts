/** Weir beside nginx, nginx with ModSecurity and proxies of Node: what a request costs, how long it waits, what memory it holds, on both fronts. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../kit/free-port.js';
import { bodyFile, type BodyFile, type BodyId } from './bodies.js';
import { startChild, type Child } from './child.js';
import { timesBase, type Aim, type Entry, type GatewayFigures, type RowFigures } from './figures.js';
import { INSTALL, missingPeers, PEER_TITLES, startPeer, type Pair, type Sides, type Sinks, type Target, type TargetId } from './peers.js';
import { median, rounds, sample, warm, type Sample, type Work } from './rounds.js';
import { BESIDE_ROWS, BODY_ROWS, OTHER_ROWS, STEADY_SHARE, type OtherRow } from './rows.js';
import { startWeir, type Front, type Shape, type WeirSetting } from './weir.js';

export interface GatewayOptions {
  readonly quick: boolean;
  readonly rounds: number;
  readonly rows: readonly string[] | undefined;
  readonly fronts: readonly Front[];
  /** The compiled main of Weir. */
  readonly main: string;
  readonly say: (line: string) => void;
}

/** What a row needs. */
interface Setting extends WeirSetting {
  readonly options: GatewayOptions;
  readonly sinkPid: number;
  readonly seconds: number;
  readonly body: (id: BodyId) => BodyFile;
  /** Starts it, stops it with everything else, says so. */
  readonly weir: (shape: Shape) => Promise<Target>;
  readonly peer: (id: Exclude<TargetId, 'weir-node' | 'weir-fast'>, sides?: Sides, h2?: boolean) => Promise<Target>;
}

const FORM: Pick<Work, 'path' | 'connections'> = { path: '/held', connections: 16 };

export async function gatewayBench(options: GatewayOptions): Promise<GatewayFigures> {
  const missing = missingPeers();
  if (missing.length > 0) options.say(`not installed: ${missing.map((id) => PEER_TITLES[id]).join(', ')}; on Debian: ${INSTALL}`);
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-gateway-'));
  // nginx's worker and PostgreSQL run as other users.
  chmodSync(folder, 0o777);
  const running: Child[] = [];
  const stopAll = async (): Promise<void> => {
    for (const one of running.reverse()) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  // What is measured fails when it is interrupted: both ways end here, and wait for the same end.
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= stopAll());
  const interrupted = (): void => void end().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const pair = certificate(folder);
    const { sinks, pid: sinkPid } = await startSinks(pair, running);
    const bodies = new Map<BodyId, BodyFile>();
    const body = (id: BodyId): BodyFile => {
      const made = bodies.get(id) ?? bodyFile(id, folder);
      bodies.set(id, made);
      return made;
    };
    const started = async (target: Promise<Target>): Promise<Target> => {
      const one = await target;
      running.push(one);
      return one;
    };
    const setting: Setting = {
      options, folder, sinks, pair, sinkPid, body, main: options.main,
      seconds: options.quick ? 1 : 3,
      weir: (shape) => started(startWeir(shape, { main: options.main, folder, sinks, pair })),
      peer: (id, sides, h2) => started(startPeer(id, folder, sinks, pair, sides, h2)),
    };
    const rows = await allRows(setting, missing);
    return { rows, missing: missing.map((id) => PEER_TITLES[id]), rounds: options.rounds, cpu: cpus()[0]?.model ?? 'an unknown processor', driver: process.env.PEERS === undefined ? 'load and sink in Node (PEERS names a folder with bin/load and bin/sink that cost less)' : 'load and sink of PEERS' };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await end();
  }
}

async function allRows(setting: Setting, missing: readonly TargetId[]): Promise<readonly RowFigures[]> {
  const { options } = setting;
  const wanted = (id: string): boolean => options.rows === undefined || options.rows.includes(id);
  const bodyRows = BODY_ROWS.filter(({ id }) => wanted(id));
  const besideRows = BESIDE_ROWS.filter(({ id }) => wanted(id));
  const others = OTHER_ROWS.filter((id) => wanted(id));
  const peerIds = (['nginx', 'modsec', ...(options.quick ? [] : (['pipe', 'undici', 'express'] as const))] as const).filter((id) => !missing.includes(id));
  const peers = bodyRows.length > 0 || (['latency', 'steady', 'tls', 'h2'] as const).some((id) => others.includes(id)) || (wanted('near') && !options.quick) ? await Promise.all(peerIds.map((id) => setting.peer(id))) : [];
  const weirs: Target[] = [];
  for (const front of options.fronts) weirs.push(await setting.weir({ name: 'plain', front }));

  const figures: RowFigures[] = [];
  for (const row of bodyRows) {
    const measured = await measureAll(setting, [...peers, ...weirs], { body: setting.body(row.body), path: row.path, connections: row.connections }, row.title);
    const aims = weirs.flatMap((target): readonly Aim[] => [
      ...(['modsec', 'nginx'] as const).filter((id) => measured.has(id)).map((id): Aim => ({ row: row.title, what: `${target.title}: × ${PEER_TITLES[id]}`, value: timesBase(of(measured, target.id), of(measured, id)), least: row.aims[id] })),
      ...(row.mostMiB === undefined ? [] : [{ row: row.title, what: `${target.title}: MiB with ${String(row.connections)} at once`, value: Math.max(...of(measured, target.id).map(({ mib }) => mib)), most: row.mostMiB }]),
    ]);
    figures.push({ title: `${row.title}, ${String(row.connections)} connections`, entries: entries([...peers, ...weirs], measured), bases: bases(measured), aims });
  }
  for (const row of besideRows) figures.push(await besideRow(setting, weirs, peers, row));
  for (const id of others) {
    options.say(`${id} …`);
    const row = await OTHERS[id](setting, weirs, peers);
    if (row === undefined) options.say(`${id}: nothing to measure in this version, or beside what is installed`);
    else figures.push(row);
  }
  return figures;
}

const of = (measured: ReadonlyMap<TargetId, readonly Sample[]>, id: TargetId): readonly Sample[] => measured.get(id) ?? [];
const bases = (measured: ReadonlyMap<TargetId, unknown>): readonly string[] => (['modsec', 'nginx'] as const).filter((id) => measured.has(id)).map((id) => PEER_TITLES[id]);
const entries = (targets: readonly Target[], measured: ReadonlyMap<TargetId, readonly Sample[]>): readonly Entry[] => targets.map(({ id, title }) => ({ title, samples: of(measured, id) }));

/** Warms all, then measures them in turn. */
async function measureAll(setting: Setting, targets: readonly Target[], work: Omit<Work, 'seconds'>, title: string): Promise<ReadonlyMap<TargetId, readonly Sample[]>> {
  const { options, seconds, sinkPid } = setting;
  const warmed: string[] = [];
  for (const target of targets) warmed.push(`${target.id} ${String(await warm(target, { ...work, seconds }, sinkPid, options.quick))}`);
  const measured = await rounds(targets, () => ({ ...work, seconds }), options.rounds, sinkPid);
  options.say(`${title}: ${targets.map(({ id }) => `${id} ${median(of(measured, id).map(({ cpuMs }) => cpuMs)).toFixed(3)} ms`).join(', ')} (warm after ${warmed.join(', ')})`);
  return measured;
}

/** The same gateway with two bodies in turn. */
async function besideRow(setting: Setting, weirs: readonly Target[], peers: readonly Target[], row: (typeof BESIDE_ROWS)[number]): Promise<RowFigures> {
  const lines: Entry[] = [];
  const aims: Aim[] = [];
  for (const target of weirs) {
    const measured: [Sample[], Sample[]] = [[], []];
    const works = ([row.of, row.beside] as const).map((id): Work => ({ body: setting.body(id), path: '/held', connections: 4, seconds: setting.seconds }));
    for (const work of works) await warm(target, work, setting.sinkPid, setting.options.quick);
    for (let round = 0; round < setting.options.rounds; round++) for (const [index, work] of works.entries()) measured[index === 0 ? 0 : 1].push(await sample(target, work, setting.sinkPid));
    lines.push({ title: `${target.title}: ${row.of}`, samples: measured[0] }, { title: `${target.title}: ${row.beside}`, samples: measured[1] });
    aims.push({ row: row.title, what: `${target.title}: times its cost`, value: timesBase(measured[1], measured[0]), most: row.most });
    setting.options.say(`${row.id}, ${target.id}: ${timesBase(measured[1], measured[0]).toFixed(2)}`);
  }
  // One request of each is enough, and takes long enough.
  const modsec = row.id === 'near' && !setting.options.quick ? peers.find(({ id }) => id === 'modsec') : undefined;
  if (modsec !== undefined) {
    const [plain, near] = [await sample(modsec, once(setting, row.beside), setting.sinkPid), await sample(modsec, once(setting, row.of), setting.sinkPid)];
    lines.push({ title: `${modsec.title}: ${row.of}`, samples: [near] }, { title: `${modsec.title}: ${row.beside}`, samples: [plain] });
    aims.push({ row: row.title, what: `${modsec.title}: times its cost`, value: near.cpuMs / plain.cpuMs });
  }
  return { title: row.title, entries: lines, bases: [], aims };
}
const once = (setting: Setting, id: BodyId): Work => ({ body: setting.body(id), path: '/held', connections: 1, seconds: 0.1, least: 1, ownDriver: true });

type Other = (setting: Setting, weirs: readonly Target[], peers: readonly Target[]) => Promise<RowFigures | undefined>;

/** Another gateway beside the plain one, with one body each in turn; aims are on what it costs. */
async function variant(setting: Setting, weirs: readonly Target[], title: string, body: BodyId, shape: (front: Front) => Shape, most?: number): Promise<RowFigures> {
  const lines: Entry[] = [];
  const aims: Aim[] = [];
  for (const plain of weirs) {
    const front: Front = plain.id === 'weir-fast' ? 'fast' : 'node';
    const other = await setting.weir(shape(front));
    const work = { body: setting.body(body), path: '/held', connections: body === 'file16m' ? 4 : 16, seconds: setting.seconds } as const;
    const [usual, changed]: [Sample[], Sample[]] = [[], []];
    for (const target of [plain, other]) await warm(target, work, setting.sinkPid, setting.options.quick);
    for (let round = 0; round < setting.options.rounds; round++) {
      usual.push(await sample(plain, work, setting.sinkPid));
      changed.push(await sample(other, work, setting.sinkPid));
    }
    await other.stop();
    lines.push({ title: plain.title, samples: usual }, { title: `${plain.title}: ${title}`, samples: changed });
    aims.push({ row: title, what: `${plain.title}: times its cost (${body})`, value: timesBase(usual, changed), most });
  }
  return { title, entries: lines, bases: [], aims };
}

const OTHERS: Readonly<Record<OtherRow, Other>> = {
  latency: async (setting, weirs, peers) => {
    const targets = [...peers.filter(({ id }) => id === 'nginx'), ...weirs];
    const measured = await measureAll(setting, targets, { body: setting.body('form64k'), path: '/held', connections: 1 }, 'one connection, 64 KiB');
    const p50 = (id: TargetId): number => median(of(measured, id).map((one) => one.p50));
    const aims = measured.has('nginx') ? weirs.map((target): Aim => ({ row: 'one connection, 64 KiB', what: `${target.title}: p50, times nginx's`, value: p50(target.id) / p50('nginx'), most: 2 })) : [];
    return { title: 'One connection, 64 KiB form', entries: entries(targets, measured), bases: bases(measured), aims };
  },
  steady: async (setting, weirs, peers) => {
    const targets = [...peers.filter(({ id }) => id === 'nginx'), ...weirs];
    const lines: Entry[] = [];
    const aims: Aim[] = [];
    for (const target of targets) {
      const work: Work = { ...FORM, body: setting.body('form64k'), seconds: setting.seconds };
      await warm(target, work, setting.sinkPid, setting.options.quick);
      const most: number[] = [];
      const steady: Sample[] = [];
      for (let round = 0; round < setting.options.rounds; round++) {
        const { rate } = await sample(target, { ...work, ownDriver: true }, setting.sinkPid);
        most.push(rate);
        steady.push(await sample(target, { ...work, connections: 64, rate: rate * STEADY_SHARE }, setting.sinkPid));
      }
      lines.push({ title: target.title, samples: steady });
      aims.push({ row: '64 KiB at 80 % of the most', what: `${target.title}: p99, times its p50`, value: median(steady.map((one) => one.p99 / one.p50)), most: 2 });
    }
    return { title: '64 KiB form, evenly, 80 % of what it answers at most', entries: lines, bases: [], aims };
  },
  spilled: (setting, weirs) => variant(setting, weirs, 'bodies spilled to disk', 'file16m', (front) => ({ name: 'spilled', front, spoolMemory: '1MiB' })),
  processes: (setting, weirs) => variant(setting, weirs, 'two processes', 'json1k', (front) => ({ name: 'processes', front, processes: 2 }), 1.1),
  every: async (setting, weirs) => {
    if (!knowsAuditEvery(setting.main)) return undefined;
    return variant(setting, weirs, 'an audit row for every exchange', 'json1k', (front) => ({ name: 'every', front, auditEvery: true }));
  },
  tls: async (setting, weirs, peers) => {
    const nginx = peers.find(({ id }) => id === 'nginx');
    const plain = [...(nginx === undefined ? [] : [nginx]), ...weirs];
    const lines: Entry[] = [];
    const aims: Aim[] = [];
    const work: Work = { ...FORM, body: setting.body('form64k'), seconds: setting.seconds };
    for (const sides of ['front', 'behind', 'both'] as const) {
      const costs = new Map<TargetId, number>();
      for (const usual of plain) {
        const other = usual.id === 'nginx' ? await setting.peer('nginx', sides) : await setting.weir({ name: `tls-${sides}`, front: usual.id === 'weir-fast' ? 'fast' : 'node', sides });
        const [clear, coded]: [Sample[], Sample[]] = [[], []];
        for (const target of [usual, other]) await warm(target, work, setting.sinkPid, setting.options.quick);
        for (let round = 0; round < setting.options.rounds; round++) {
          clear.push(await sample(usual, { ...work, ownDriver: true }, setting.sinkPid));
          coded.push(await sample(other, { ...work, ownDriver: true }, setting.sinkPid));
        }
        await other.stop();
        costs.set(usual.id, timesBase(coded, clear));
        lines.push({ title: `${usual.title}, TLS ${sides}`, samples: coded });
        const beside = costs.get('nginx');
        aims.push({ row: `TLS ${sides}, 64 KiB`, what: `${usual.title}: share of its requests without TLS`, value: timesBase(coded, clear) });
        if (beside !== undefined && usual.id !== 'nginx') aims.push({ row: `TLS ${sides}, 64 KiB`, what: `${usual.title}: that share, times nginx's`, value: timesBase(coded, clear) / beside, least: 0.8 });
      }
    }
    return { title: 'TLS, 64 KiB form, 16 connections', entries: lines, bases: [], aims };
  },
  h2: async (setting, weirs, peers) => {
    const lines: Entry[] = [];
    const aims: Aim[] = [];
    let beside: number | undefined;
    for (const { id } of [...peers.filter((one) => one.id === 'nginx'), ...weirs]) {
      const target = id === 'nginx' ? await setting.peer('nginx', 'front', true) : await setting.weir({ name: 'h2', front: id === 'weir-fast' ? 'fast' : 'node', sides: 'front', h2: true });
      const work: Work = { ...FORM, body: setting.body('json1k'), seconds: setting.seconds, ownDriver: true };
      const [one, two]: [Sample[], Sample[]] = [[], []];
      for (const h2 of [false, true]) await warm(target, { ...work, h2 }, setting.sinkPid, setting.options.quick);
      for (let round = 0; round < setting.options.rounds; round++) {
        one.push(await sample(target, work, setting.sinkPid));
        two.push(await sample(target, { ...work, h2: true }, setting.sinkPid));
      }
      await target.stop();
      const share = timesBase(two, one);
      lines.push({ title: `${target.title}, HTTP/1.1 over TLS`, samples: one }, { title: `${target.title}, HTTP/2`, samples: two });
      aims.push({ row: 'HTTP/2, 1 KiB JSON', what: `${target.title}: share of its requests over HTTP/1.1 with TLS`, value: share });
      if (beside !== undefined) aims.push({ row: 'HTTP/2, 1 KiB JSON', what: `${target.title}: that share, times nginx's`, value: share / beside });
      if (id === 'nginx') beside = share;
    }
    return { title: 'HTTP/2 in front, 1 KiB JSON, 16 requests at once on one connection', entries: lines, bases: [], aims };
  },
};

/** Whether that version's configuration has the level. */
function knowsAuditEvery(main: string): boolean {
  const file = join(main, '..', '..', 'config', 'route-schema.js');
  try {
    return execFileSync('grep', ['-c', "'every'", file], { encoding: 'utf8' }).trim() !== '0';
  } catch {
    return false;
  }
}

/** For loopback and for `localhost`, signed by itself. */
function certificate(folder: string): Pair {
  const [cert, key] = [join(folder, 'bench.pem'), join(folder, 'bench.key')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  return { cert, key, ca: cert };
}

async function startSinks(pair: Pair, running: Child[]): Promise<{ readonly sinks: Sinks; readonly pid: number }> {
  const sinks: Sinks = { plain: await freePort(), tls: await freePort() };
  const file = fileURLToPath(new URL('sink.ts', import.meta.url));
  const native = process.env.PEERS === undefined ? '' : join(process.env.PEERS, 'bin', 'sink');
  const plain = existsSync(native) ? await startChild(1, native, [String(sinks.plain)], { port: sinks.plain }) : await startChild(1, process.execPath, ['--import', 'tsx', file, String(sinks.plain)], { port: sinks.plain });
  running.push(plain);
  running.push(await startChild(1, process.execPath, ['--import', 'tsx', file, String(sinks.tls), pair.cert, pair.key], { port: sinks.tls }));
  return { sinks, pid: plain.pid };
}
