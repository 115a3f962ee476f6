/** Words of the page `policy`. */
import { defineWords } from '../../app/words-of.js';

export const policyWords = defineWords({
  title: { en: 'Policy', zh: '策略' },
});
