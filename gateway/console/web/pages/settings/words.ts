/** Words of the page `settings`. */
import { defineWords } from '../../app/words-of.js';

export const settingsWords = defineWords({
  title: { en: 'Settings', zh: '设置' },
});
