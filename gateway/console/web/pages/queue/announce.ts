/** Says results aloud to readers of the screen, also when the page they came from has gone. */

let region: HTMLElement | undefined;

export function announce(text: string): void {
  if (region === undefined) {
    region = document.createElement('div');
    region.setAttribute('role', 'status');
    region.setAttribute('aria-live', 'polite');
    region.className = 'read-aloud';
    document.body.append(region);
  }
  const { current } = { current: region };
  // The same words twice are two results: readers speak when a text changes.
  current.textContent = '';
  globalThis.setTimeout(() => {
    current.textContent = text;
  }, DELAY_MS);
}
/** A region that has just come to be is heard only after a moment. */
const DELAY_MS = 60;
