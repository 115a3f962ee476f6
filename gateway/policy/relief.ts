/** Which of the approved exceptions and bypasses bear on one exchange. Pure: facts of the envelope and the time are given. */
import type { ActiveBypass, ActiveException, Relief } from '../ports.js';
import { isLawful } from './except.js';

export interface Standing {
  readonly exceptions: readonly ActiveException[];
  readonly bypasses: readonly ActiveBypass[];
}

export interface Envelope {
  readonly route: string;
  readonly destination: string;
  readonly senderKey: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Whatever was loaded, and whenever: nothing bears on an exchange past its own end. */
export function reliefFor({ exceptions, bypasses }: Standing, { route, destination, senderKey, now }: Envelope): Relief {
  return {
    exceptions: exceptions.filter(
      (one) =>
        isLawful(one) &&
        one.expiresAt > now &&
        (one.senderKey === undefined || one.senderKey === senderKey) &&
        (one.destination === undefined || one.destination.toLowerCase() === destination.toLowerCase()),
    ),
    bypass: bypasses.find((one) => one.route === route && one.endsAt > now)?.id,
    senderKey,
  };
}
