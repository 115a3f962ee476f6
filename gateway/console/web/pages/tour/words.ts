/** Words of the page `tour`. */
import { defineWords } from '../../app/words-of.js';

export const tourWords = defineWords({
  title: { en: 'Tour', zh: '快速上手' },
});
