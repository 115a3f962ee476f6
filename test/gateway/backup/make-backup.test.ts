import { describe, expect, it } from '@jest/globals';
import { BackupFailed } from '../../../gateway/backup/backup-failed.js';
import { makeBackup, type BackupOptions } from '../../../gateway/backup/make-backup.js';
import { readTarget } from '../../../gateway/backup/snapshots.js';
import { chooseSnapshot, verifySnapshot } from '../../../gateway/backup/verify-backup.js';
import type { EndedMessage, ObjectStore } from '../../../gateway/ports.js';

class Missing extends Error {
  readonly code = 'VAULT_MISSING';
}
/** A store in memory, with a look at what is read. */
function memoryStore(onRead: (name: string) => void = () => undefined): ObjectStore & { readonly objects: Map<string, Buffer>; readonly puts: string[] } {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  return {
    kind: 'folder', objects, puts,
    async put(name, bytes) {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece);
      if (objects.has(name)) throw new Error('there is one already');
      objects.set(name, Buffer.concat(pieces));
      puts.push(name);
      return Buffer.concat(pieces).length;
    },
    size: async (name) => objects.get(name)?.length,
    async read(name, from, length) {
      onRead(name);
      const found = objects.get(name);
      if (found === undefined) throw new Missing();
      return found.subarray(from, from + length);
    },
    destroy: async (name) => void objects.delete(name),
    async *list() {
      for (const [name, bytes] of objects) yield { name, bytes: bytes.length, changedAt: 0 };
    },
    tidy: async () => 0,
  };
}

const idOf = (n: number): string => `w${String(n).padStart(26, '0')}`;
async function* text(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('ledger');
}

function installation(needed: string[]) {
  const onRead = { do: (_name: string): void => undefined };
  const vault = memoryStore((name) => onRead.do(name));
  for (const id of needed) {
    vault.objects.set(`${id}.key`, Buffer.from(`key of ${id}`));
    vault.objects.set(`${id}.body`, Buffer.from(`body of ${id}`));
  }
  const target = memoryStore();
  const ended: EndedMessage[] = [];
  const records: string[] = [];
  let busy = false;
  let minute = 0;
  const options: BackupOptions = {
    target, vault, keep: undefined, program: '0', progress: () => undefined, keepKeys: async () => undefined,
    ledger: {
      async alone(work) {
        if (busy) return undefined;
        busy = true;
        try {
          return await work();
        } finally {
          busy = false;
        }
      },
      snapshot: async () => ({ migrations: ['0001'], text, counts: () => [{ table: 'weir.messages', rows: needed.length }], needed: async () => [...needed], close: async () => undefined }),
      ended: async (ids) => ended.filter(({ id }) => ids.includes(id)),
      record: async (_act, subject) => void records.push(subject),
    },
    seal: async (bytes) => ({ suite: 'age-v1', recipient: 'age1', headerBytes: 0, bytes }),
    sign: async (words) => ({ key: 'k', value: words }),
    check: (words, { value }) => (words === value ? 'good' : 'bad'),
    now: () => new Date(Date.UTC(2026, 0, 1, 0, minute++)),
  };
  const end = (id: string): void => {
    ended.push({ id, state: 'rejected', at: new Date(0) });
    vault.objects.delete(`${id}.key`);
    vault.objects.delete(`${id}.body`);
    if (needed.includes(id)) needed.splice(needed.indexOf(id), 1);
  };
  return { options, vault, target, end, records, onRead };
}
const verified = async (options: BackupOptions, id?: string): Promise<unknown> =>
  verifySnapshot({ target: options.target, chosen: await chooseSnapshot(options.target, options.check, id), open: undefined, checkText: async () => ({ tables: [] }), progress: () => undefined });

describe('a backup', () => {
  it('writes only what is new, and a re-wrapped key beside the old one', async () => {
    const { options, vault, target } = installation([idOf(1), idOf(2)]);
    const first = await makeBackup(options);
    target.puts.length = 0;
    vault.objects.set(`${idOf(2)}.key`, Buffer.from('wrapped anew'));
    await makeBackup(options);
    expect(target.puts.map((name) => name.replace(/-.*/, ''))).toEqual(['snapshot', idOf(2), 'snapshot']);
    await verified(options, first.id);
    await verified(options);
  });

  it('keeps so many, and nothing that none of them refers to', async () => {
    const { options, target, end } = installation([idOf(1), idOf(2)]);
    await makeBackup(options);
    await makeBackup(options);
    end(idOf(1));
    const third = await makeBackup({ ...options, keep: 1 });
    expect(third.dropped).toHaveLength(2);
    expect((await readTarget(target, options.check)).snapshots.map(({ id }) => id)).toEqual([third.id]);
    expect([...target.objects.keys()].filter((name) => name.startsWith('w')).every((name) => name.startsWith(idOf(2)))).toBe(true);
    await verified(options);
  });

  it('marks what is destroyed while it runs, and names what is lost without a decision', async () => {
    const { options, vault, target, end, onRead } = installation([idOf(1), idOf(2), idOf(3)]);
    vault.objects.delete(`${idOf(3)}.body`);
    onRead.do = (name) => {
      onRead.do = () => undefined;
      if (name === `${idOf(1)}.key`) end(idOf(1));
    };
    const made = await makeBackup(options);
    expect([made.messages, made.ended, made.missing]).toEqual([1, 1, [idOf(3)]]);
    expect([...target.objects.keys()].some((name) => name.startsWith(idOf(1)))).toBe(false);
    const { ended } = await chooseSnapshot(target, options.check, undefined);
    expect(ended.map(({ id }) => id)).toEqual([idOf(1)]);
  });

  it('leaves nothing that counts when it is cut off, and the next run goes on', async () => {
    const { options, target, records } = installation([idOf(1)]);
    await expect(makeBackup({ ...options, keepKeys: async () => Promise.reject(new Error('disk full')) })).rejects.toThrow('disk full');
    expect((await readTarget(target, options.check)).snapshots).toEqual([]);
    expect(records).toEqual([]);
    await makeBackup(options);
    expect([...target.objects.keys()].filter((name) => name.endsWith('.ledger'))).toHaveLength(1);
    await verified(options);
  });

  it('does not mix with another installation, runs alone, and removes nothing beside a damaged manifest', async () => {
    const { options, target } = installation([idOf(1)]);
    const first = await makeBackup(options);
    await expect(makeBackup({ ...options, check: () => 'unknown-key' })).rejects.toMatchObject({ problem: 'foreign' });
    await options.ledger.alone(async () => expect(makeBackup(options)).rejects.toBeInstanceOf(BackupFailed));
    const name = `snapshot-${first.id}.manifest`;
    target.objects.set(name, Buffer.from((target.objects.get(name) ?? '').toString().replace('weir.messages', 'weir.massages')));
    const second = await makeBackup({ ...options, keep: 1 });
    expect([second.unusable, second.dropped]).toEqual([[first.id], []]);
    await expect(verified(options, first.id)).rejects.toMatchObject({ problem: 'manifest' });
    await verified(options, second.id);
  });
});
