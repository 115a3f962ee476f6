/** Makes looks: at a page of one part, or at the names of all. */
import type { InspectorFactory, LookMaker } from '../ports.js';
import { hideNumbers } from './hidden-numbers.js';
import { namesLook } from './names-look.js';
import { pageLook } from './page-look.js';
import type { NameTools } from './part-names.js';

/** The same in the gateway and in the processes that open files. */
export function lookMaker(inspectors: InspectorFactory, fileNames: NameTools['fileNames']): LookMaker {
  const hide = hideNumbers(inspectors);
  return ({ part, ...asked }) => (part === undefined ? namesLook({ inspectors, hide, fileNames }) : pageLook({ part, ...asked }, hide));
}
