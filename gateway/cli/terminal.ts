/** What a command may use of the process: its environment, its language and its two outputs. */
import type { Language, Words } from './words.js';

export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly language: Language;
  readonly words: Words;
  /** One line, or several, to standard output. */
  readonly print: (text: string) => void;
  /** The same to standard error. */
  readonly tell: (text: string) => void;
  /** Ends the process with this code once everything is written. */
  readonly exitWith: (code: number) => void;
}
