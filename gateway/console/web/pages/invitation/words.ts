/** Words of the page `invitation`. */
import { defineWords } from '../../app/words-of.js';

export const invitationWords = defineWords({
  title: { en: 'Invitation', zh: '邀请' },
});
