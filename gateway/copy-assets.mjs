/** After the compiler: compiles the prefilter, and puts the files that the compiled program reads (tables, default configuration, pages) beside it in dist/. */
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { buildPrefilter } from '../detectors/scan/prefilter/build.mjs';
import { buildWeb } from './console/build/build-web.mjs';
import { filesIn, projectRoot, SOURCES, stampBuild } from './prepare.mjs';

const ASSETS = new Set(['.json', '.yaml', '.yml', '.html', '.css', '.svg', '.png', '.ico', '.sql', '.wasm', '.txt']);
const dist = join(projectRoot, 'dist');

/** Of the console in the browser, the bundle goes into dist/ and not its sources. */
const BUNDLED = join('gateway', 'console', 'web');
const bundled = (path) => path.startsWith(BUNDLED);

await buildPrefilter();
await buildWeb();

for (const source of SOURCES.flatMap((folder) => filesIn(join(projectRoot, folder)))) {
  if (ASSETS.has(extname(source)) && !bundled(relative(projectRoot, source))) cpSync(source, join(dist, relative(projectRoot, source)));
}
// Copies whose source is gone would go on being read.
for (const copy of SOURCES.flatMap((folder) => filesIn(join(dist, folder)))) {
  const ours = ['.json', '.yaml', '.yml', '.sql', '.txt'].includes(extname(copy));
  if (ours && !bundled(relative(dist, copy)) && !existsSync(join(projectRoot, relative(dist, copy)))) rmSync(copy);
}
const command = join(dist, 'gateway', 'cli', 'weir.js');
if (existsSync(command)) chmodSync(command, 0o755);
stampBuild(projectRoot);
