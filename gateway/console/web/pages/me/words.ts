/** Words of the page `me`. */
import { defineWords } from '../../app/words-of.js';

export const meWords = defineWords({
  title: { en: 'My account', zh: '我的账号' },
});
