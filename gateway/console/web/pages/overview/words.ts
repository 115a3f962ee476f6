/** Words of the page `overview`. */
import { defineWords } from '../../app/words-of.js';

export const overviewWords = defineWords({
  title: { en: 'Overview', zh: '总览' },
});
