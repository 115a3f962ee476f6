/** What is counted of mail. */
import { describe, expect, it } from '@jest/globals';
import { metrics } from '../../../gateway/record/metrics.js';

describe('metrics of mail', () => {
  it('count connections, replies by class and recipients by fate, and name no route that is none', async () => {
    const made = metrics({ version: '1', routes: () => ['smtp'], detectors: () => [] });
    made.mail.connections('mail', 3);
    for (const code of [250, 250, 354, 451, 550, 999]) made.mail.reply('mail', code);
    made.mail.recipients('smtp', 'held', 2);
    made.mail.recipients('gone', 'delivered', 1);
    const text = await made.text();
    for (const line of [
      'weir_smtp_connections{listener="mail"} 3',
      'weir_smtp_replies_total{listener="mail",class="2xx"} 2',
      'weir_smtp_replies_total{listener="mail",class="3xx"} 1',
      'weir_smtp_replies_total{listener="mail",class="4xx"} 1',
      'weir_smtp_replies_total{listener="mail",class="5xx"} 1',
      'weir_smtp_replies_total{listener="mail",class="other"} 1',
      'weir_mail_recipients_total{route="smtp",fate="held"} 2',
      'weir_mail_recipients_total{route="none",fate="delivered"} 1',
    ]) expect(text.split('\n')).toContain(line);
  });
});
