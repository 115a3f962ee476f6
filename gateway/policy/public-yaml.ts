/** A configuration file as people may read it: secrets never stand in it, but an address may carry a password, and an example somebody's number. */

/** `//user:password@` of an address. */
const CREDENTIALS = /(\/\/)[^/\s"'@]+@/g;
/** `?token=…` and the like, in the address of a webhook. */
const QUERY_VALUE = /([?&][\w.-]{1,64}=)[^&\s"'#}\],]+/g;
/** Eleven digits or more in a row, as numbers of people and accounts are written. Addresses of networks have dots. */
const LONG_NUMBER = /\p{Nd}(?:[ -]?\p{Nd}){10,}/gu;

export function publicYaml(yaml: string): string {
  return yaml
    .replace(CREDENTIALS, '$1***@')
    .replace(QUERY_VALUE, '$1***')
    .replace(LONG_NUMBER, (found) => found.replace(/\p{Nd}/gu, '*'));
}
