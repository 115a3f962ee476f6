import { describe, expect, it } from '@jest/globals';
import { isBesideName } from '../../../detectors/words/names.js';

/** `*` is the number. */
const beside = (text: string): boolean => {
  const [left = '', right = ''] = text.split('*');
  return isBesideName({ left, right });
};

describe('a person’s name', () => {
  it.each(['王芳*', '王芳 *', '李小明：*', '| 张伟 | *', '张伟\t*', '"陈晨","*', '张伟（*', '请转告\n王芳 *', '* 王芳', '*（李小明）', '*,"王芳",1', '王芳先生 *', '王芳老师：*'])('stands right beside the number in %s', (text) => {
    expect(beside(text)).toBe(true);
  });

  it.each(['*', '房屋产权证号：*', '杭州 *', '徐州,*', '王府井大街 *', '* 于是大家都来了', '*，周末送货', '王芳的订单 *', '王芳，女，*', 'Wang Fang *', '王芳   |   x *'])('does not stand there in %s', (text) => {
    expect(beside(text)).toBe(false);
  });
});
