/** Puts masks in the order in which they are applied: by place, cut where judgement has got to, the same for every chunking. */
import type { MaskEdit } from '../ports.js';

export interface EditQueue {
  readonly add: (edit: MaskEdit) => void;
  /** Takes out everything before `settled`. */
  before(settled: number): readonly MaskEdit[];
}

const NONE: readonly MaskEdit[] = [];

export function editQueue(): EditQueue {
  let queue: MaskEdit[] = [];
  /** Where each edit began, before any cut: keeps overlapping edits in one order. */
  let origins: number[] = [];
  return {
    add(edit) {
      // They come in order, nearly always.
      let index = queue.length;
      while (index > 0 && (origins[index - 1] ?? 0) > edit.at) index--;
      if (index === queue.length) {
        queue.push(edit);
        origins.push(edit.at);
      } else {
        queue.splice(index, 0, edit);
        origins.splice(index, 0, edit.at);
      }
    },
    before(settled) {
      if (queue.length === 0) return NONE;
      const out: MaskEdit[] = [];
      const rest: MaskEdit[] = [];
      const restOrigins: number[] = [];
      for (const [index, edit] of queue.entries()) {
        const room = settled - edit.at;
        if (room >= edit.bytes.length) {
          out.push(edit);
          continue;
        }
        if (room > 0) out.push({ at: edit.at, bytes: edit.bytes.subarray(0, room), finding: edit.finding });
        rest.push(room > 0 ? { at: settled, bytes: edit.bytes.subarray(room), finding: edit.finding } : edit);
        restOrigins.push(origins[index] ?? edit.at);
      }
      queue = rest;
      origins = restOrigins;
      return out;
    },
  };
}
