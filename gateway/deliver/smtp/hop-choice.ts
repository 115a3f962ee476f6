/** Which hop takes a recipient: the one that names his domain, else the nearest `*.` above it, else the one that names none. */
import { domainToASCII } from 'node:url';

export interface ChoosableHop {
  readonly to?: readonly string[] | undefined;
}

/** One spelling for each domain: lower case, and names in other scripts as DNS has them. */
function spelled(domain: string): string {
  const plain = domain.toLowerCase().replace(/\.$/, '');
  return domainToASCII(plain) || plain;
}

/** `undefined`: no hop is set for this recipient. */
export function hopChoice<H extends ChoosableHop>(hops: readonly H[]): (address: string) => H | undefined {
  const exact = new Map<string, H>();
  const below = new Map<string, H>();
  const rest = hops.find(({ to }) => to === undefined);
  for (const hop of hops) {
    for (const pattern of hop.to ?? []) {
      const [table, name] = pattern.startsWith('*.') ? [below, spelled(pattern.slice(2))] as const : [exact, spelled(pattern)] as const;
      // The first of two that name the same: the file's order is what a reader sees.
      if (!table.has(name)) table.set(name, hop);
    }
  }
  return (address) => {
    const domain = spelled(address.slice(address.lastIndexOf('@') + 1));
    const named = exact.get(domain);
    if (named !== undefined) return named;
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      const above = below.get(domain.slice(dot + 1));
      if (above !== undefined) return above;
    }
    return rest;
  };
}
