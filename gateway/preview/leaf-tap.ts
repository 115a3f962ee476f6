/** Listens at the leaves that read a message's text: the bytes as each is given them, with its masks, whatever lies around. */
import type { Finding, LeafFactory, LeafOptions, MaskEdit } from '../ports.js';

/** Listens at one leaf. Everything is told in the leaf's own places. */
export interface LeafEar {
  bytes(bytes: Uint8Array, at: number, last: boolean): void;
  found(finding: Finding): void;
  /** Whatever policy says, and whether it can be written or not. */
  mask(edit: MaskEdit): void;
  /** Before `to` nothing more is found; `malformed`: the text hides more than it shows. */
  judged(to: number, last: boolean, malformed: boolean): void;
}

/** What a leaf has found, on its copies with other places: they are spread on the way out, and keep it. */
const ORIGIN: unique symbol = Symbol('origin');
interface Marked extends Finding {
  readonly [ORIGIN]?: Finding;
}

/** The finding of a leaf that this one, told outside, was made from. */
export function originOf(finding: Finding): Finding | undefined {
  return (finding as Marked)[ORIGIN];
}

export function tapped(inner: LeafFactory, ear: (options: LeafOptions) => LeafEar | undefined): LeafFactory {
  return (options, sink) => {
    const own = ear(options);
    if (own === undefined) return inner(options, sink);
    const marked = new WeakMap<Finding, Marked>();
    const wanted = new WeakSet<Finding>();
    const marking = (finding: Finding): Marked => {
      let copy = marked.get(finding);
      if (copy === undefined) marked.set(finding, (copy = { ...finding, [ORIGIN]: finding }));
      return copy;
    };
    const leaf = inner(options, {
      masks(finding) {
        if (sink.masks(marking(finding))) wanted.add(finding);
        // What nobody may write is hidden from people all the same.
        return true;
      },
      found(finding) {
        own.found(finding);
        sink.found(marking(finding));
      },
      edit(edit) {
        own.mask(edit);
        if (wanted.has(edit.finding)) sink.edit({ ...edit, finding: marking(edit.finding) });
      },
    });
    return {
      write(bytes, at, last) {
        own.bytes(bytes, at, last);
        const settled = leaf.write(bytes, at, last);
        own.judged(settled, last, leaf.problem !== undefined);
        return settled;
      },
      get problem() {
        return leaf.problem;
      },
      get dense() {
        return leaf.dense;
      },
    };
  };
}
