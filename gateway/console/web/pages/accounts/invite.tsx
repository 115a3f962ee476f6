/** Inviting somebody: name, role, and the link that is shown once. */
import { Alert, Button, Form, Input, Modal, Select } from 'antd';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { Role } from '../../../../ports/people.js';
import type { invitedAnswer } from '../../../../review/accounts-schemas.js';
import { post } from '../../api/client.js';
import { useSession } from '../../api/session.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Moment } from '../../ui/moment.js';
import { Secret } from '../../ui/secret.js';
import { accountsWords } from './words.js';

type Invited = z.output<typeof invitedAnswer>;
interface Asked {
  readonly name: string;
  readonly displayName: string;
  readonly email?: string;
  readonly role?: Role;
}
/** In the order of 三员分立, then those who clear messages. */
export const ROLE_NAMES: readonly Role[] = ['system-admin', 'security-admin', 'auditor', 'reviewer', 'approver'];

export function Invite({ open, onClose, onInvited }: { readonly open: boolean; readonly onClose: () => void; readonly onInvited: (invited: Invited) => void }): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const [form] = Form.useForm<Asked>();
  const setUp = useSession()?.phase === 'set-up';
  const invite = useAct(
    async ({ name, displayName, email, role }: Asked) => {
      onInvited(await post<Invited>('/accounts', { name, displayName, ...(email === undefined || email === '' ? {} : { email }), ...(role === undefined ? {} : { role }) }));
    },
    { invalidates: [['accounts'], ['grants'], ['session']], quiet: true },
  );
  const roles = setUp ? ROLE_NAMES.slice(1, 3) : ROLE_NAMES;
  return (
    <Modal title={words.invite} open={open} onCancel={onClose} okText={words.invite} cancelText={words.cancel} onOk={() => form.submit()} confirmLoading={invite.busy} destroyOnHidden>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={invite.start} clearOnDestroy>
        <Form.Item name="name" label={words.name} extra={words.nameHint} rules={[{ required: true, pattern: /^[a-z][a-z0-9._-]{1,31}$/, message: words.nameWrong }]}>
          <Input autoCapitalize="none" spellCheck={false} autoFocus />
        </Form.Item>
        <Form.Item name="displayName" label={words.displayName} rules={[{ required: true, message: words.displayName }]}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name="role" label={words.role}>
          <Select allowClear options={roles.map((value) => ({ value, label: app[`role.${value}`] }))} />
        </Form.Item>
        <Form.Item name="email" label={words.email}>
          <Input type="email" />
        </Form.Item>
        {invite.error === null ? null : <Failure error={invite.error} />}
      </Form>
    </Modal>
  );
}

export function InvitationLink({ invited, onClose }: { readonly invited: Invited; readonly onClose: () => void }): ReactNode {
  const words = useWords(accountsWords);
  return (
    <Alert
      type="success"
      className="shown-once"
      title={`${words.invitationReady} · ${invited.account.displayName} (${invited.account.name})`}
      description={
        <>
          <Secret text={invited.invitation.url} label={words.invitationReady} />
          <p>
            {words.invitationHint} {words.expires} <Moment at={invited.invitation.expiresAt} />
          </p>
          <Button onClick={onClose}>{words.close}</Button>
        </>
      }
    />
  );
}
