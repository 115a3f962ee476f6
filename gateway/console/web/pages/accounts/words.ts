/** Words of the page `accounts`. */
import { defineWords } from '../../app/words-of.js';

export const accountsWords = defineWords({
  title: { en: 'Accounts', zh: '账号' },
});
