/** Words of the page `sign-in`. */
import { defineWords } from '../../app/words-of.js';

export const signInWords = defineWords({
  title: { en: 'Sign in', zh: '登录' },
});
