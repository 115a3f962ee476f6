/** Looking at one message: its facts and history, its content behind masks, and what a masked release would send. */
import { noting } from './away.js';
import { compareAnswer } from './compare-schemas.js';
import { messageOf, vaulted, withKey, type ContentPorts } from './content-ports.js';
import { contentAnswer, contentQuery } from './content-schemas.js';
import { envelopeView } from './mail-answers.js';
import { mailAnswer } from './mail-schemas.js';
import { messageFacts } from './facts-view.js';
import { messageAnswer } from './message-schemas.js';
import { messageView } from './message-view.js';
import { operation, type Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { messageParams, noBody, noQuery } from './schemas.js';
import { timelineView } from './timeline-view.js';
import { away } from './away.js';
import { deepCopy } from './view-copy.js';

export function contentOperations(ports: ContentPorts): readonly Operation[] {
  const { ledger, preview, facts, timeline, falsePositives, masksOnRelease } = ports;
  const note = noting(ports.audit, ports.clock);
  return [
    operation({
      id: 'getMessage',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}',
      summary: 'One message: masked facts, findings with their places, coverage, what was computed about it, and what has happened to it.',
      params: messageParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: messageAnswer,
      problems: ['not-found', 'ledger-unavailable'],
      async run({ params, caller }) {
        const message = await messageOf(ledger, params.id);
        const known = await away(async () => ({ facts: await facts.facts(message), events: await timeline.timeline(message.id), marked: await falsePositives.marked(message.id) }));
        const queue = await ports.queued?.(message.id, caller);
        const regions = await preview?.regions(message).catch(() => undefined);
        await note(caller.actor, 'message.view', message.id, { state: message.state });
        const { decision, firstUntil, escalated } = message;
        const first = message.state === 'awaiting-second' && decision?.as !== undefined && firstUntil !== undefined ? { actor: decision.actor, as: decision.as, at: decision.at.toISOString(), until: firstUntil.toISOString() } : undefined;
        return {
          ...messageView(message),
          facts: messageFacts(message, known.facts, regions),
          queue,
          mail: envelopeView(message, ports.isOutside),
          timeline: timelineView(known.events),
          firstApproval: first,
          escalated: escalated && { actor: escalated.actor, at: escalated.at.toISOString() },
          falsePositives: [...known.marked],
          canBeOpened: preview !== undefined,
        };
      },
    }),
    operation({
      id: 'messageContent',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}/content',
      summary: 'Its content, a page of one part at a time: everything found in it masked, whatever policy says; what could not be scanned is not shown.',
      params: messageParams,
      query: contentQuery,
      body: noBody,
      status: 200,
      answer: contentAnswer,
      problems: ['not-found', 'key-absent', 'content-gone', 'content-damaged', 'ledger-unavailable'],
      async run({ params, query: { part, as, offset }, caller }) {
        const message = await messageOf(ledger, params.id);
        const looking = withKey(preview);
        const answer = await vaulted(() => looking.content(message, { part, offset, plain: as === 'text' }));
        if (answer === undefined) throw new ApiProblem('not-found');
        await note(caller.actor, 'message.content', message.id, { part: answer.part, offset });
        return deepCopy(answer);
      },
    }),
    operation({
      id: 'messageMail',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}/mail',
      summary: 'A mail as its receiver would get it: its header decoded, its texts and what is attached, everything found masked; pictures are named and never loaded.',
      params: messageParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: mailAnswer,
      problems: ['not-found', 'key-absent', 'content-gone', 'content-damaged', 'ledger-unavailable'],
      async run({ params, caller }) {
        const message = await messageOf(ledger, params.id);
        const looking = withKey(preview);
        const answer = await vaulted(() => looking.mail(message));
        if (answer === undefined) throw new ApiProblem('not-found');
        await note(caller.actor, 'message.mail', message.id, {});
        return deepCopy(answer);
      },
    }),
    operation({
      id: 'compareMessage',
      method: 'get',
      right: 'messages.read',
      path: '/messages/{id}/compare',
      summary: 'What a masked release would send, beside what stands there: both behind masks, with a warning where a value would leave as it is.',
      params: messageParams,
      query: contentQuery,
      body: noBody,
      status: 200,
      answer: compareAnswer,
      problems: ['not-found', 'key-absent', 'content-gone', 'content-damaged', 'ledger-unavailable'],
      async run({ params, query: { part, offset }, caller }) {
        const message = await messageOf(ledger, params.id);
        const looking = withKey(preview);
        const answer = await vaulted(() => looking.compare(message, { part, offset }));
        if (answer === undefined) throw new ApiProblem('not-found');
        await note(caller.actor, 'message.compare', message.id, { part: answer.part, offset });
        return { possible: masksOnRelease(message), ...deepCopy(answer) };
      },
    }),
  ];
}
