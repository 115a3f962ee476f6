/** The shapes of signing in, signing out and invitations. */
import { z } from 'zod';
import { RIGHTS, ROLES } from '../ports.js';
import { hasNumberShape } from './number-shape.js';
import { CONTROL_CHARACTER, NUMBER_IN_TEXT } from './schemas.js';

/** Hashing bounds the work of a guess, not its length: nobody types more than this. */
const PASSWORD_MOST = 256;
const CODE_MOST = 64;

export const LANGUAGES = ['zh', 'en'] as const;
/** What a sign-in still lacks; nothing else is allowed before it is done. */
export const STEPS = ['totp', 'enrol-totp', 'change-password'] as const;
export const role = z.enum(ROLES);
export const scope = z.strictObject({
  routes: z.array(z.string()).optional(),
  departments: z.array(z.string()).optional(),
  senders: z.array(z.string()).optional().meta({ description: 'Exact addresses, or `@domain`.' }),
});
const time = z.string().meta({ format: 'date-time' });

const plain = (most: number) => z.string().trim().min(1).max(most).refine((text) => !/\p{Cc}/u.test(text), CONTROL_CHARACTER);
const password = z.string().min(1).max(PASSWORD_MOST);
const code = z.string().trim().min(1).max(CODE_MOST);

export const passwordBody = z.strictObject({ name: plain(64), password });
export const codeBody = z.strictObject({ code });
export const changePasswordBody = z.strictObject({ current: password, password });
export const acceptBody = z.strictObject({ password, displayName: plain(80).refine((text) => !hasNumberShape(text), NUMBER_IN_TEXT).optional() });
/** An empty body, or none. */
export const emptyBody = z.strictObject({}).optional();
export const invitationParams = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/).meta({ description: 'From the invitation link.' }) });
export const callbackQuery = z.looseObject({});

export const sessionAnswer = z.strictObject({
  signedIn: z.boolean().meta({ description: 'True once every step is done.' }),
  account: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string(), language: z.enum(LANGUAGES).optional() }).optional(),
  roles: z.array(role),
  rights: z.array(z.enum(RIGHTS)),
  scope: scope.optional().meta({ description: 'Which messages these rights cover; all when missing.' }),
  csrf: z.string().optional().meta({ description: 'To be sent as X-Weir-CSRF with every POST.' }),
  phase: z.enum(['set-up', 'normal']).meta({ description: '`set-up` until the three administrators are active.' }),
  step: z.enum(STEPS).optional().meta({ description: 'What is still to be done before anything else is allowed.' }),
  oidc: z.boolean().meta({ description: 'Whether sign-in through the organisation’s identity provider is offered.' }),
  recoveryCodes: z.number().int().min(0).optional().meta({ description: 'How many recovery codes are left.' }),
  expiresAt: time.optional(),
});
export const enrolBeginAnswer = z.strictObject({
  secret: z.string().meta({ description: 'For typing in by hand.' }),
  uri: z.string(),
  qr: z.strictObject({ size: z.number().int(), path: z.string() }).meta({ description: 'The `d` of one SVG path in a viewBox of size × size.' }),
});
export const enrolFinishAnswer = z.strictObject({ recoveryCodes: z.array(z.string()).meta({ description: 'Shown once; each works once.' }) });
export const invitationAnswer = z.strictObject({ name: z.string(), displayName: z.string(), roles: z.array(role), expiresAt: time, kind: z.enum(['first-run', 'invitation', 'recovery']) });
export const redirectAnswer = z.strictObject({ location: z.string() });
export type SessionAnswer = z.output<typeof sessionAnswer>;
export type InvitationAnswer = z.output<typeof invitationAnswer>;
