/** The two fields of a new password, for every form that sets one. */
import { Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { signInWords } from './words.js';

/** As the gateway asks for (it knows further rules and says so itself). */
export const PASSWORD_LEAST = 12;

export function NewPassword(): ReactNode {
  const words = useWords(signInWords);
  return (
    <>
      <Form.Item name="password" label={words.fresh} extra={words.passwordHint} rules={[{ required: true, message: words.needed }, { min: PASSWORD_LEAST, message: words.tooShort }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={words.again}
        dependencies={['password']}
        rules={[
          { required: true, message: words.needed },
          ({ getFieldValue }) => ({ validator: async (_rule, value: unknown) => (value === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(words.differs))) }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
