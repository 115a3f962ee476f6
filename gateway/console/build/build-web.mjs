/** Builds the console's bundle into dist/gateway/console/web when its sources, its packages or this step have changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';
import { filesIn, projectRoot } from '../../prepare.mjs';
import { antdStyles } from './antd-styles.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, '..', 'web');
const out = join(projectRoot, 'dist', 'gateway', 'console', 'web');
const stamp = join(projectRoot, 'dist', '.console-built-from');

/** What the bundle is made of: sources, this step, and the versions of packages. */
function digest() {
  const sum = createHash('sha256');
  for (const file of [...filesIn(web), ...filesIn(here), join(projectRoot, 'package-lock.json')].sort()) {
    const content = readFileSync(file);
    sum.update(`${relative(projectRoot, file).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return sum.digest('hex');
}

const STYLES = 'virtual:antd.css';
/** Gives the app antd's styles as a file of its own, and its libraries a way to set rules that a strict policy allows. */
function plugin() {
  return {
    name: 'weir-console',
    enforce: 'pre',
    resolveId: (id) => (id === STYLES ? `\0${STYLES}` : undefined),
    load(id) {
      if (id === `\0${STYLES}`) return antdStyles(web);
      if (id.split(sep).join('/').endsWith('@rc-component/util/es/Dom/dynamicCSS.js')) return `export * from ${JSON.stringify(join(web, 'app', 'adopted-styles.ts'))};`;
      return undefined;
    },
  };
}

/** Beside each text its compressed form: reviewers do not all sit on the gateway's own machine. */
function compress() {
  for (const file of filesIn(join(out, 'assets')).filter((path) => /\.(js|css)$/.test(path))) {
    const content = readFileSync(file);
    const packed = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } });
    if (packed.length < content.length) writeFileSync(`${file}.br`, packed);
  }
}

export async function buildWeb() {
  const now = digest();
  if (existsSync(join(out, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await build({
    root: web,
    configFile: false,
    logLevel: 'warn',
    base: '/',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [plugin()],
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      // The policy of the pages knows no data: address.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1200,
      license: false,
      rolldownOptions: {
        // A page's file bears the name of its page.
        output: { chunkFileNames: (chunk) => `assets/${/pages\/([a-z-]+)\/page/.exec(chunk.facadeModuleId ?? '')?.[1] ?? chunk.name}-[hash].js` },
        // Libraries mark what runs in browsers only, which is everything here.
        onwarn: (warning, show) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : show(warning)),
      },
    },
  });
  compress();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}
