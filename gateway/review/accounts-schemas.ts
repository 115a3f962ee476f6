/** The shapes of accounts, grants, tokens and the access review. */
import { z } from 'zod';
import { RIGHTS } from '../ports.js';
import { hasNumberShape } from './number-shape.js';
import { CONTROL_CHARACTER, NUMBER_IN_TEXT } from './schemas.js';
import { LANGUAGES, role, scope } from './session-schemas.js';

const SCOPE_MOST = 100;
const DAYS_MOST = 365;

const time = z.string().meta({ format: 'date-time' });
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** Stored and shown unsealed, so nothing that looks like somebody's number may stand in it. */
const plainText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !/\p{Cc}/u.test(text), CONTROL_CHARACTER)
    .refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT);
const name = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{1,31}$/)
  .refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT)
  .meta({ description: 'What the person signs in with: lower-case letters, digits, ".", "_" and "-".' });
const scopeAsked = z.strictObject({
  routes: z.array(plainText(48)).min(1).max(SCOPE_MOST).optional(),
  departments: z.array(plainText(100)).min(1).max(SCOPE_MOST).optional(),
  senders: z.array(plainText(254)).min(1).max(SCOPE_MOST).optional(),
}).refine((lists) => Object.values(lists).some((list) => list !== undefined), 'empty-scope');

// ---------------------------------------------------------------- requests

export const idParams = z.strictObject({ id });
export const accountBody = z.strictObject({
  name,
  displayName: plainText(80),
  email: z.email().max(254).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT).optional().meta({ description: 'Finds the account when its person signs in through the identity provider.' }),
  language: z.enum(LANGUAGES).optional(),
  role: role.optional().meta({ description: 'Proposed along with the account; in the set-up phase an administrator’s role is granted at once.' }),
});
export const grantState = z.enum(['proposed', 'active', 'refused', 'revoked']);
export const grantsQuery = z.strictObject({ state: grantState.optional(), accountId: id.optional() });
export const grantBody = z.strictObject({ accountId: id, role, scope: scopeAsked.optional(), mayOpen: z.boolean().default(false) });
export const tokenBody = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9._-]{0,31}$/).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT),
  days: z.number().int().min(1).max(DAYS_MOST).default(90),
  rights: z.array(z.enum(RIGHTS)).min(1).optional().meta({ description: 'Narrows the token further; without it, all its account may do but what needs the person.' }),
});

// ---------------------------------------------------------------- answers

export const grantAnswer = z.strictObject({
  id,
  accountId: id,
  accountName: z.string(),
  role,
  scope: scope.optional(),
  mayOpen: z.boolean(),
  state: grantState,
  setUp: z.boolean().meta({ description: 'Made in the set-up phase, without a second person.' }),
  proposedBy: z.string(),
  proposedAt: time,
  decidedBy: z.string().optional(),
  decidedAt: time.optional(),
  endedBy: z.string().optional(),
  endedAt: time.optional(),
});
export const accountAnswer = z.strictObject({
  id,
  name: z.string(),
  displayName: z.string(),
  email: z.string().optional(),
  language: z.enum(LANGUAGES).optional(),
  state: z.enum(['invited', 'active', 'disabled']),
  enrolled: z.boolean().meta({ description: 'Has a second factor.' }),
  createdAt: time,
  lastSeenAt: time.optional(),
  lockedUntil: time.optional(),
  roles: z.array(role).meta({ description: 'Of its active grants.' }),
});
const invitation = z.strictObject({ url: z.string().meta({ description: 'Shown once: hand it over in person or by a trusted channel.' }), expiresAt: time });
export const accountsAnswer = z.strictObject({ accounts: z.array(accountAnswer) });
export const invitedAnswer = z.strictObject({ account: accountAnswer, invitation, grant: grantAnswer.optional() });
export const accountChangedAnswer = z.strictObject({ account: accountAnswer });
export const grantsAnswer = z.strictObject({ grants: z.array(grantAnswer) });
export const grantChangedAnswer = z.strictObject({ grant: grantAnswer });
export const tokenAnswer = z.strictObject({
  id,
  accountId: id,
  accountName: z.string(),
  name: z.string(),
  rights: z.array(z.enum(RIGHTS)).optional(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.optional(),
  revokedAt: time.optional(),
});
export const tokensAnswer = z.strictObject({ tokens: z.array(tokenAnswer) });
export const tokenMadeAnswer = z.strictObject({ token: tokenAnswer, secret: z.string().meta({ description: 'Shown once.' }) });
export const tokenChangedAnswer = z.strictObject({ token: tokenAnswer });
export const accessReviewAnswer = z.strictObject({
  at: time,
  unusedAfterDays: z.number().int(),
  accounts: z.array(
    accountAnswer.extend({
      rights: z.array(z.enum(RIGHTS)),
      scope: scope.optional(),
      grants: z.array(grantAnswer).meta({ description: 'Active ones: since when, proposed and approved by whom.' }),
      tokens: z.array(tokenAnswer).meta({ description: 'Those that still work.' }),
      sessions: z.number().int().min(0),
      lastUsedAt: time.optional().meta({ description: 'By the person or one of the tokens.' }),
      unusedDays: z.number().int().min(0),
    }),
  ),
});
export type AccountAnswer = z.output<typeof accountAnswer>;
export type GrantAnswer = z.output<typeof grantAnswer>;
export type TokenAnswer = z.output<typeof tokenAnswer>;
export type AccessReviewAnswer = z.output<typeof accessReviewAnswer>;
