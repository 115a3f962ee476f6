/** `npm run check`: types, lint, import rules and unit tests side by side, for use before every commit. Says what failed, with its output. */
import { spawn } from 'node:child_process';

// No lint cache: rules that know types would miss what a change elsewhere did to a file that stayed the same.
const CHECKS = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['types of the console', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'test/gateway/console/web'],
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['imports', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'gateway', 'detectors', 'workers', 'config'],
  ['unit tests', '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--selectProjects=unit', '--silent'],
];

function run([label, ...args]) {
  const started = Date.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      console.log(`${label}: ${code === 0 ? 'ok' : 'FAILED'} (${Math.round((Date.now() - started) / 1000)} s)`);
      if (code !== 0) console.log(Buffer.concat(output).toString('utf8').trimEnd());
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(CHECKS.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
