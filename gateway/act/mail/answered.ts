/** What was kept of one mail, until its client has an answer: then what waits for that begins, or ends. */
import { causeCode } from '../../errors.js';
import type { ExchangeId } from '../../ports.js';
import type { MailPipelinePorts } from './mail-ports.js';

export interface Answered {
  /** Before its row is written. */
  add(id: ExchangeId): void;
  /** What the client was told. */
  answer(code: number): void;
  /** The client is told that nothing was taken. Never fails: what stays is seen by a person, or delivered late and perhaps twice, never lost. */
  withdraw(): Promise<void>;
}

export function answered(ports: Pick<MailPipelinePorts, 'mailLedger' | 'later' | 'log'>, mail: ExchangeId): Answered {
  const kept = new Set<ExchangeId>();
  const noting = async (event: string, work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (thrown) {
      ports.log.warn(event, { exchange: mail, cause: causeCode(thrown) });
    }
  };
  return {
    add: (id) => void kept.add(id),
    answer(code) {
      if (kept.size === 0) return;
      // Told no after all, since it took too long: told at the time of the refusal, it has been withdrawn already.
      const done = code >= 200 && code < 300 ? noting('mail.not-confirmed', ports.mailLedger.confirm([...kept])) : this.withdraw();
      ports.later?.add(done);
    },
    async withdraw() {
      if (kept.size === 0) return;
      const ids = [...kept];
      kept.clear();
      await noting('mail.not-withdrawn', ports.mailLedger.withdraw(ids));
    },
  };
}
