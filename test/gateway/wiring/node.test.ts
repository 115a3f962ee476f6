import { afterEach, describe, expect, it } from '@jest/globals';
import type { FleetNode, Log, NodeBeat, NodesLedger } from '../../../gateway/ports.js';
import { nodeId, thisNode, type ThisNode } from '../../../gateway/wiring/node.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';

const AT = new Date('2026-11-05T00:00:00Z');
const other = (more: Partial<FleetNode> = {}): FleetNode => ({ id: 'n2', host: 'gw-2', version: '1.0.0', roles: ['gateway', 'admin'], processes: 1, revision: 'aaaa', startedAt: AT, revisionSince: AT, lastSeen: AT, isAlive: true, ...more });

let opened: ThisNode | undefined;
afterEach(() => opened?.stop());

async function stand(others: readonly FleetNode[], revision = 'aaaa') {
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  const log: Log = { error: note, warn: note, info: note, debug: note };
  const state = { others, revision, isAway: false, beats: [] as (readonly [NodeBeat, boolean])[], left: [] as string[] };
  const nodes: NodesLedger = {
    beat: (node, began) => (state.isAway ? Promise.reject(new Error('away')) : Promise.resolve(void state.beats.push([node, began]))),
    list: () => Promise.resolve([...state.others, ...state.beats.slice(-1).map(([beat]) => other({ ...beat }))]),
    leave: (id) => Promise.resolve(void state.left.push(id)),
  };
  const clock = manualClock();
  opened = await thisNode({ nodes, id: 'n1', version: '1.0.0', roles: ['gateway', 'admin'], processes: 2, revision: () => state.revision, clock, log });
  return { node: opened, state, clock, events };
}

describe('a node of a fleet', () => {
  it('keeps its name with its data folder', () => {
    const folder = tempFolder('node');
    expect(nodeId(folder)).toMatch(/^[0-9a-f]{16}$/);
    expect(nodeId(folder)).toBe(nodeId(folder));
    expect(nodeId(tempFolder('node'))).not.toBe(nodeId(folder));
  });

  it('is known when it has started, says which policy it runs, and is missed by nobody when it stops', async () => {
    const { node, state } = await stand([]);
    state.revision = 'bbbb';
    await node.beat();
    expect(state.beats).toMatchObject([[{ id: 'n1', processes: 2, revision: 'aaaa' }, true], [{ revision: 'bbbb' }, false]]);
    await node.stop();
    expect(state.left).toEqual(['n1']);
  });

  it('with the same policy as the others is well, workers without one aside', async () => {
    const { node } = await stand([other(), other({ id: 'n3', roles: ['worker'], revision: undefined })]);
    expect(node.otherPolicies()).toEqual([]);
    expect(await node.health.check()).toEqual({ ok: true, neededFor: 'nothing', detail: '3 nodes, one policy' });
  });

  it('tells of others with another policy at once, and is not well when that lasts', async () => {
    const { node, clock, events, state } = await stand([other({ revision: 'old' }), other({ id: 'n3', host: 'gw-3', revision: 'older', isAlive: false })]);
    expect(node.otherPolicies()).toEqual(['gw-2 (old)']);
    expect(events).toEqual(['node.policy-differs']);
    expect(await node.health.check()).toEqual({ ok: true, neededFor: 'nothing', detail: '2 nodes, 1 with another policy than here (aaaa)' });
    clock.advance(5 * 60_000);
    expect((await node.health.check()).ok).toBe(false);
    state.others = [other()];
    await node.beat();
    expect(await node.health.check()).toMatchObject({ ok: true, detail: '2 nodes, one policy' });
  });

  it('knows whether it has run longest, and goes on while the ledger is away', async () => {
    const { node, state, events } = await stand([other({ id: 'n0', roles: ['worker'], revision: undefined }), other()]);
    expect(node.isFirst()).toBe(false);
    state.others = [];
    await node.beat();
    expect(node.isFirst()).toBe(true);
    state.isAway = true;
    await node.beat();
    await node.beat();
    expect(events).toEqual(['node.unheard']);
    expect((await node.health.check()).ok).toBe(true);
  });
});
