/** What Weir itself says in place of a next hop that says nothing, or where a hop lacks what a mail needs. */
import type { SmtpReply } from '../../ports.js';

const reply = (code: number, enhanced: string, text: string): SmtpReply => ({ code, enhanced, text: [text] });

export const OWN_REPLY = {
  unreachable: reply(451, '4.4.1', 'The next mail server cannot be reached now; try again later'),
  busy: reply(451, '4.3.2', 'Too many mails are on their way to the next mail server; try again later'),
  noTls: reply(451, '4.7.5', 'The next mail server offers no connection that is safe enough; try again later'),
  notSignedIn: reply(451, '4.7.0', 'The next mail server does not accept this gateway now; try again later'),
  noHop: reply(451, '4.3.5', 'No next mail server is set for this recipient'),
  badSender: reply(501, '5.1.7', 'The sender address is malformed'),
  badRecipient: reply(501, '5.1.3', 'The recipient address is malformed'),
  needsUtf8: reply(553, '5.6.7', 'The next mail server takes no internationalised addresses or headers'),
  needsRequireTls: reply(550, '5.7.30', 'The next mail server cannot promise REQUIRETLS'),
  needs8bit: reply(554, '5.6.3', 'The next mail server takes no 8-bit content'),
  noSignIn: reply(454, '4.7.0', 'Signing in is not possible now; try again later'),
} as const satisfies Record<string, SmtpReply>;
