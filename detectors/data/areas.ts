/** Long-distance area codes of China and the lengths of their subscriber numbers. Made by refresh-areas.mjs from libphonenumber 9.0.35 (Apache-2.0, Copyright The Libphonenumber Authors) on 2026-11-22; do not edit. */

/** Two digits after the 0; their numbers have 8 digits. */
export const TWO_DIGIT = '10 20 21 22 23 24 25 27 28 29';

/** Three digits after the 0, numbers of 7 digits: first two digits, then the third digits in use. */
export const THREE_DIGIT_SEVEN =
  '31:023456789 33:5 34:9 35:0123456789 37:0234568 39:1234568 41:023456789 42:179 43:3456789 45:23456789 46:4789 ' +
  '47:0123456789 48:23 53:03456789 54:36 55:023456789 56:12346 57:028 58:0 59:2346789 63:12345 66:0238 69:12 70:1 ' +
  '71:0123456789 72:248 73:0456789 74:3456 75:01234689 76:2368 77:0123456789 79:023456789 81:23678 82:567 ' +
  '83:0123456789 85:123456789 87:023456789 88:3678 89:1234567 90:123689 91:12345679 93:0123456789 94:13 95:12345 ' +
  '97:0123456789 99:0123456789';

/** The same for numbers of 8 digits. */
export const THREE_DIGIT_EIGHT =
  '31:1 37:179 41:1 43:1235 45:1 51:0123456789 52:37 53:12 55:1 57:1345679 59:15 73:1 75:457 76:09 79:1 85:1 87:1 ' +
  '89:8';
