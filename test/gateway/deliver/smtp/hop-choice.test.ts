/** Which hop a recipient's domain leads to. */
import { describe, expect, it } from '@jest/globals';
import { hopChoice } from '../../../../gateway/deliver/smtp/hop-choice.js';

describe('the hop of a recipient', () => {
  const hops = [{ name: 'rest' }, { name: 'below', to: ['*.corp.example'] }, { name: 'exact', to: ['corp.example', 'mail.corp.example'] }, { name: 'deeper', to: ['*.lab.corp.example', '例子.example'] }];
  const choose = hopChoice(hops);
  it.each([
    ['a@corp.example', 'exact'], ['a@MAIL.Corp.Example', 'exact'], ['a@x.corp.example', 'below'], ['a@y.x.corp.example', 'below'], ['a@x.lab.corp.example', 'deeper'], ['a@lab.corp.example', 'below'],
    ['a@notcorp.example', 'rest'], ['a@other.example', 'rest'], ['"x@corp.example"@other.example', 'rest'], ['a@例子.example', 'deeper'], ['a@xn--fsqu00a.example', 'deeper'], ['a@corp.example.', 'exact'], ['postmaster', 'rest'], ['a@[10.0.0.1]', 'rest'],
  ])('%s is %s', (address, name) => {
    expect(choose(address)?.name).toBe(name);
  });

  it('is none where none names the domain and none takes the rest', () => {
    expect(hopChoice(hops.slice(1))('a@other.example')).toBeUndefined();
  });
});
