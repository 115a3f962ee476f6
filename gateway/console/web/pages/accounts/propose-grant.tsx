/** Proposing a role for an account; another administrator approves it. */
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Form, Modal, Select } from 'antd';
import type { ReactNode } from 'react';
import { post } from '../../api/client.js';
import { accountsQuery } from '../../api/people.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { clears, grantOf, type GrantAsked } from './grant-of.js';
import { ROLE_NAMES } from './invite.js';
import { accountsWords } from './words.js';

export function ProposeGrant({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const [form] = Form.useForm<GrantAsked>();
  const role = Form.useWatch('role', form);
  const accounts = useQuery({ ...accountsQuery, enabled: open });
  const propose = useAct(async (asked: GrantAsked) => {
    await post('/grants', grantOf(asked));
    onClose();
  }, { invalidates: [['grants']], done: words.done, quiet: true });
  const list = (name: 'routes' | 'departments' | 'senders'): ReactNode => (
    <Form.Item name={name} label={words[name]} extra={name === 'senders' ? words.scopeHint : undefined}>
      <Select mode="tags" tokenSeparators={[',', '，']} open={false} suffix={null} />
    </Form.Item>
  );
  return (
    <Modal title={words.propose} open={open} onCancel={onClose} okText={words.propose} cancelText={words.cancel} onOk={() => form.submit()} confirmLoading={propose.busy} destroyOnHidden>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={propose.start} clearOnDestroy>
        <Form.Item name="accountId" label={words.account} rules={[{ required: true, message: words.account }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={(accounts.data?.accounts ?? []).filter(({ state }) => state !== 'disabled').map(({ id, name, displayName }) => ({ value: id, label: `${displayName} (${name})` }))}
          />
        </Form.Item>
        <Form.Item name="role" label={words.role} rules={[{ required: true, message: words.role }]}>
          <Select options={ROLE_NAMES.map((value) => ({ value, label: app[`role.${value}`] }))} />
        </Form.Item>
        {clears(role) ? (
          <>
            {list('routes')}
            {list('departments')}
            {list('senders')}
            <Form.Item name="mayOpen" valuePropName="checked" extra={words.mayOpenHint}>
              <Checkbox>{words.mayOpen}</Checkbox>
            </Form.Item>
          </>
        ) : null}
        {propose.error === null ? null : <Failure error={propose.error} />}
      </Form>
    </Modal>
  );
}
