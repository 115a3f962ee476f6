/** Words of the page `queue`. */
import { defineWords } from '../../app/words-of.js';

export const queueWords = defineWords({
  title: { en: 'Queue', zh: '待审队列' },
});
