/** The tables of people as kysely sees them; migration 0002-people makes them. */
import type { ColumnType, Generated } from 'kysely';
import type { AccountState, GrantState, InvitationKind, Right, Role, Scope, Session, SessionStep, UiLanguage } from '../ports.js';

type At = ColumnType<Date, Date, Date>;
type MaybeAt = ColumnType<Date | null, Date | null | undefined, Date | null>;
type MaybeText = ColumnType<string | null, string | null | undefined, string | null>;
type MaybeBytes = ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>;
type MaybeJson<T> = ColumnType<T | null, string | null | undefined, string | null>;

export interface PeopleTable {
  readonly one: Generated<boolean>;
  /** From here on the start-up token is void. */
  readonly set_up_ended_at: MaybeAt;
}
export interface AccountsTable {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
  readonly email: MaybeText;
  readonly language: ColumnType<UiLanguage | null, UiLanguage | null | undefined, UiLanguage | null>;
  readonly state: AccountState;
  readonly created_at: At;
  readonly created_by: string;
  readonly password_hash: MaybeText;
  readonly password_at: MaybeAt;
  /** Sealed; the key is in the data folder. */
  readonly totp: MaybeBytes;
  /** The last step whose code was used. */
  readonly totp_step: Generated<number>;
  readonly enrolled_at: MaybeAt;
  readonly oidc_subject: MaybeText;
  readonly last_seen_at: MaybeAt;
  readonly enabled_at: MaybeAt;
}
export interface InvitationsTable {
  readonly hash: string;
  readonly account_id: string;
  readonly kind: InvitationKind;
  readonly created_by: string;
  readonly created_at: At;
  readonly expires_at: At;
  readonly ended_at: MaybeAt;
  readonly ended_as: MaybeText;
}
export interface RecoveryCodesTable {
  readonly account_id: string;
  readonly hash: string;
  readonly used_at: MaybeAt;
}
export interface SignInFailuresTable {
  readonly name_key: string;
  readonly failures: number;
  readonly since: At;
  readonly locked_until: MaybeAt;
}
export interface SessionsTable {
  readonly hash: string;
  readonly account_id: string;
  readonly step: SessionStep | null;
  readonly begun_by: Session['by'];
  readonly pending_totp: MaybeBytes;
  readonly wrong_codes: Generated<number>;
  readonly created_at: At;
  readonly seen_at: At;
  readonly expires_at: At;
}
export interface GrantsTable {
  readonly id: string;
  readonly account_id: string;
  readonly role: Role;
  readonly scope: MaybeJson<Scope>;
  readonly may_open: boolean;
  readonly set_up: boolean;
  readonly state: GrantState;
  readonly proposed_by: string;
  readonly proposed_at: At;
  readonly decided_by: MaybeText;
  readonly decided_by_account: MaybeText;
  readonly decided_at: MaybeAt;
  readonly ended_by: MaybeText;
  readonly ended_at: MaybeAt;
}
export interface ApiTokensTable {
  readonly id: string;
  readonly hash: string;
  readonly account_id: string;
  readonly name: string;
  readonly rights: MaybeJson<readonly Right[]>;
  readonly created_at: At;
  readonly expires_at: At;
  readonly last_used_at: MaybeAt;
  readonly revoked_at: MaybeAt;
}

export interface PeopleTables {
  readonly people: PeopleTable;
  readonly accounts: AccountsTable;
  readonly invitations: InvitationsTable;
  readonly recovery_codes: RecoveryCodesTable;
  readonly sign_in_failures: SignInFailuresTable;
  readonly sessions: SessionsTable;
  readonly grants: GrantsTable;
  readonly api_tokens: ApiTokensTable;
}
