/** A sink from its part of the configuration, behind the door that every message passes. */
import type { SinkConfig } from '../../../config/alerts-schema.js';
import { causeCode } from '../../errors.js';
import { SinkFailed, type Sink } from '../../ports.js';
import { admitted } from './admitted.js';
import { dingtalkSink } from './dingtalk.js';
import { feishuSink } from './feishu.js';
import type { SecretRef, SinkSurroundings } from './settings.js';
import { slackSink } from './slack.js';
import { syslogSink } from './syslog.js';
import { webhookSink } from './webhook.js';
import { wecomSink } from './wecom.js';

export interface SinkOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly timeoutMs?: number;
  /** Of Weir; SIEMs see it. */
  readonly version?: string;
  /** Of this machine; syslog receivers see it. */
  readonly host?: string;
  /** Called for each text that was withheld because a number stood in it. */
  readonly onWithheld?: () => void;
}

async function made(config: SinkConfig, around: SinkSurroundings): Promise<Sink> {
  switch (config.kind) {
    case 'dingtalk': return dingtalkSink(config, around);
    case 'feishu': return feishuSink(config, around);
    case 'wecom': return wecomSink(config, around);
    case 'slack': return slackSink(config, around);
    case 'webhook': return webhookSink(config, around);
    // The one kind with a client of its own, which others need not read.
    case 'mail': return (await import('./mail.js')).mailSink(config, around);
    case 'syslog': return syslogSink(config, around);
  }
}

/** Rejects with SinkSettingsWrong, or what `secretOf` throws. Whatever goes wrong with a message later is a SinkFailed. */
export async function sinkFrom(config: SinkConfig, secretOf: (secret: SecretRef) => string, options: SinkOptions = {}): Promise<Sink> {
  const { now = Date.now, timeoutMs, version, host, onWithheld } = options;
  const sink = await made(config, { secretOf, now, timeoutMs, version, host });
  return {
    id: sink.id,
    kind: sink.kind,
    limits: sink.limits,
    async send(message) {
      try {
        await sink.send(admitted(message, onWithheld));
      } catch (thrown) {
        // A file that is gone, for example; its name and whatever else the error tells stay here.
        throw thrown instanceof SinkFailed ? thrown : new SinkFailed(causeCode(thrown), 'again');
      }
    },
    close: () => sink.close(),
  };
}
