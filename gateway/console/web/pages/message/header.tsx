/** Who sent what where and when, how it stands, and what held it. */
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.js';
import { Link } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { Moment } from '../../ui/moment.js';
import { size } from '../queue/duration.js';
import { heldWords, wordFor } from '../queue/held-words.js';
import { Marks, RiskScore, Severity, State, Waiting } from '../queue/marks.js';
import { SafeName } from '../queue/safe-text.js';
import type { Message, Queued } from './data.js';
import { actorName, messageWords } from './words.js';

export function MessageHeader({ message, queued, assignment }: { readonly message: Message; readonly queued: Queued | undefined; readonly assignment: ReactNode }): ReactNode {
  const words = useWords(messageWords);
  const held = useWords(heldWords);
  const names = (list: readonly string[]): ReactNode => list.map((name) => <SafeName key={name} text={name} />);
  const request = `${message.method} ${message.target}`.trim();
  return (
    <section className="section message-head" aria-label={words.title}>
      <div className="message-signs">
        <State state={message.state} />
        <Severity severity={message.severity} />
        {queued === undefined ? null : (
          <>
            <RiskScore risk={queued.risk} />
            <Waiting ageSeconds={queued.ageSeconds} sla={queued.sla} dueAt={queued.slaDueAt} />
          </>
        )}
        <Marks fourEyes={message.fourEyes} legalHold={queued?.legalHold === true} joined={message.joined} comments={0} />
        {queued !== undefined && queued.group.size > 1 ? <Link to={`/queue?group=${encodeURIComponent(queued.group.key)}`}>{words.alike(queued.group.size)}</Link> : null}
        <span className="spread" />
        {assignment}
      </div>
      <dl className="message-facts">
        <Fact label={words.from}>{names([...(message.sender === undefined ? [] : [message.sender]), ...(message.user === undefined || message.user === message.sender ? [] : [message.user])])}{message.sender === undefined && message.user === undefined ? held.noSender : null}</Fact>
        {message.recipients.length === 0 || message.mail !== undefined ? null : <Fact label={words.to}>{names(message.recipients)}</Fact>}
        {message.destination === '' ? null : (
          <Fact label={words.destination}>
            <SafeName text={message.destination} />
          </Fact>
        )}
        {request === '' || message.mail !== undefined ? null : (
          <Fact label={words.request}>
            <span className="code">
              <SafeName text={request} />
            </span>
            {message.direction === 'response' ? <small>{words.response}</small> : null}
          </Fact>
        )}
        {queued !== undefined && queued.fileNames.length > 0 ? <Fact label={words.content}>{names(queued.fileNames)}</Fact> : null}
        <Fact label={words.route}>
          {message.route} · {wordFor(held, 'channel', message.channel)}
        </Fact>
        <Fact label={words.heldBecause}>{words.ruleOf(message.rule, message.policy)}</Fact>
        <Fact label={words.received}>
          <Moment at={message.receivedAt} />
        </Fact>
        <Fact label={words.expires}>
          <Moment at={message.expiresAt} />
        </Fact>
        <Fact label={words.sizeOf}>{size(message.bytes)}{message.mediaType === undefined ? '' : ` · ${message.mediaType}`}</Fact>
        {queued?.department === undefined ? null : <Fact label={words.department}>{queued.department}</Fact>}
        {message.clientAddress === undefined ? null : <Fact label={words.client}>{message.clientAddress}</Fact>}
        <Fact label={words.incident}>
          <span className="code">{message.id}</span>
        </Fact>
      </dl>
      <Standing message={message} />
    </section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What one must know before deciding: a first decision, an unknown end, an escalation. */
function Standing({ message }: { readonly message: Message }): ReactNode {
  const words = useWords(messageWords);
  const account = useSession()?.account?.name;
  const { state, firstApproval, escalated, lastError, delivery, decision } = message;
  const mine = firstApproval !== undefined && firstApproval.actor === `account:${account ?? ''}`;
  return (
    <div className="standing">
      {state === 'awaiting-second' && firstApproval !== undefined ? (
        <Alert type="info" showIcon title={mine ? words.waitsForSecondMine : `${words.waitsForSecond(actorName(words, firstApproval.actor))} (${words[`as.${firstApproval.as}`]})`} />
      ) : null}
      {state === 'uncertain' ? <Alert type="warning" showIcon title={words.uncertainText} /> : null}
      {escalated === undefined ? null : <Alert type="warning" showIcon title={words.escalatedBy(actorName(words, escalated.actor))} description={<Moment at={escalated.at} />} />}
      {lastError === undefined ? null : <Alert type="warning" showIcon title={words.lastError(lastError)} />}
      {delivery === undefined ? null : <p>{words.delivered(delivery.status, delivery.attempts)}</p>}
      {decision === undefined || state === 'held' || state === 'awaiting-second' ? null : (
        <p>
          {words.decidedBy(actorName(words, decision.actor))}: „{decision.reason}“ <Moment at={decision.at} />
        </p>
      )}
    </div>
  );
}
