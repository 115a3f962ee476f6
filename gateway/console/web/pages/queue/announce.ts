/** Says results aloud to readers of the screen, also when the page they came from has gone. */

/** A region that has just come to be is heard only after a moment. */
const DELAY_MS = 60;
let made: HTMLElement | undefined;

export function announce(text: string): void {
  const region = (made ??= makeRegion());
  // The same words twice are two results: readers speak when a text changes.
  region.textContent = '';
  globalThis.setTimeout(() => {
    region.textContent = text;
  }, DELAY_MS);
}

function makeRegion(): HTMLElement {
  const region = document.createElement('div');
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  region.className = 'read-aloud';
  document.body.append(region);
  return region;
}
