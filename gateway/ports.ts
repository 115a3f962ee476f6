/** The vocabulary the stages share: what flows between them, and the ports they reach the world through. Read this first. */

/* Names that everything else is said with. */
export * from './ports/names.js';
/* One message in one direction: who sends what to whom, and what is known before its first byte. */
export * from './ports/exchange.js';
/* What was found, what could not be read, and how both are counted. */
export * from './ports/findings.js';
/* Looking at one body from its first byte to its last: inspectors, views and leaves. */
export * from './ports/inspect.js';
/* Opening what can only be read whole, in a child process. */
export * from './ports/extract.js';
/* Content codings of a whole body, undone and done again. */
export * from './ports/codec.js';
/* Policy as the stages see it: a plan for one exchange, and a verdict that is a value. */
export * from './ports/decide.js';
/* Where bytes wait: the spool until the verdict, the vault until a person decides. */
export * from './ports/keep.js';
/* What is written down: the ledger, the audit, alerts, metrics, the log, and what a reviewer may ask of them. */
export * from './ports/record.js';
/* What leaves for the people on call, and the sinks it goes through. */
export * from './ports/alerts.js';
/* Who is told of what: rules of alerts, and what waits for a sink. */
export * from './ports/alert-rules.js';
/* Jobs as people see them: what waits, what died, where it is carried. */
export * from './ports/jobs.js';
/* The nodes of a fleet, as they know of each other. */
export * from './ports/fleet.js';
/* The pipeline as channels see it. */
export * from './ports/pipeline.js';
/* What is kept of the parts of an upload until they are put together. */
export * from './ports/uploads.js';
/* The far side: an upstream that takes what was judged. */
export * from './ports/deliver.js';
/* Mail: envelopes, next hops, and how each recipient fared. */
export * from './ports/mail.js';
/* What the ledger keeps of mails: fates, what a job delivers, and splits. */
export * from './ports/mail-ledger.js';
/* Who acts, and what each role may do. */
export * from './ports/people.js';
/* What people have decided about findings that are no leak, and about a route that must work now. */
export * from './ports/exceptions.js';
/* Which policy ran when, and what a person has ordered to be kept. */
export * from './ports/policy-book.js';
/* The queue of held messages: filters, rows, bulk decisions, comments, figures. */
export * from './ports/queue.js';
/* People as the ledger keeps them, and the rules it asks. */
export * from './ports/accounts.js';
/* Signing in: who a request is from. */
export * from './ports/sign-in.js';
/* What the ledger tells of one message beside the message itself. */
export * from './ports/message-record.js';
/* Looking into a sealed message. */
export * from './ports/preview.js';
/* The audit as it is read. */
export * from './ports/audit.js';
/* A backup: what it is made from, and what it is restored into. */
export * from './ports/backup.js';
