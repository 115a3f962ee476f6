/** What a held message is sorted and found by, worked out when it is held: by the grades in force and the house's own domains. */
import type { Config } from '../../config/schema.js';
import { addressMarks } from '../address-mark.js';
import type { AssessQueue } from '../ports.js';
import { queueFacts } from '../review/queue-facts.js';

export interface Assessment {
  readonly assess: AssessQueue;
  /** What of the configuration takes effect while running. */
  readonly apply: (settings: Pick<Config, 'grades' | 'domains'>) => void;
}

export function assessment({ config, fingerprintKey }: { readonly config: Pick<Config, 'grades' | 'domains'>; readonly fingerprintKey: Uint8Array }): Assessment {
  const mark = addressMarks(fingerprintKey);
  // A mark tells alike domains and nothing of what they end in: of `*.corp.example` only what is named by itself counts here.
  const ownOf = ({ domains }: Pick<Config, 'domains'>): ReadonlySet<string> => new Set(domains.own.filter((domain) => !domain.startsWith('*.')).map((domain) => mark(`@${domain}`).whole));
  let { grades } = config;
  let ownDomains = ownOf(config);
  const gradesOf = (detector: string): readonly string[] => Object.entries(grades).flatMap(([grade, detectors]) => (detectors.includes(detector) ? [grade] : []));
  return {
    assess: (message, firstSeen) => queueFacts({ gradesOf, ownDomains }, message, firstSeen),
    apply: (settings) => {
      grades = settings.grades;
      ownDomains = ownOf(settings);
    },
  };
}
