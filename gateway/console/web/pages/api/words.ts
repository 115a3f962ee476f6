/** Words of the page `api`. */
import { defineWords } from '../../app/words-of.js';

export const apiWords = defineWords({
  title: { en: 'API', zh: 'API' },
});
