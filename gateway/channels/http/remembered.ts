/** Work on short texts that come again and again: names, paths, hosts. */

/** Longer ones are rare and not worth keeping. */
const LENGTH_MOST = 256;

/** Answers once for each text, for the last so many of them; hostile ones only push others out. */
export function remembered<T>(most: number, work: (text: string) => T): (text: string) => T {
  let known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > LENGTH_MOST) return work(text);
    // A text cut out of a head would keep that whole head in memory, and so would what is cut out of the text.
    const own = Buffer.from(text).toString();
    const made = work(own);
    if (made !== undefined) {
      if (known.size >= most) known = new Map();
      known.set(own, made);
    }
    return made;
  };
}
