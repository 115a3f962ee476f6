/** Words of the page `message`. */
import { defineWords } from '../../app/words-of.js';

export const messageWords = defineWords({
  title: { en: 'Message', zh: '消息' },
});
