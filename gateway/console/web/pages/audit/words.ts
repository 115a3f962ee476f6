/** Words of the page `audit`. */
import { defineWords } from '../../app/words-of.js';

export const auditWords = defineWords({
  title: { en: 'Audit', zh: '审计' },
});
