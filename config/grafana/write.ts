/** Writes the dashboards anew: `npm run dashboards`, after a change of panels.ts. */
import { writeFileSync } from 'node:fs';
import { dashboardText, FILES, LANGUAGES } from './dashboard.js';

for (const language of LANGUAGES) writeFileSync(new URL(FILES[language], import.meta.url), dashboardText(language));
