/** antd's style sheet for the components the console uses, written while it is built: the pages may then forbid every inline style. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { filesIn } from '../../prepare.mjs';

const require = createRequire(import.meta.url);
/** Some components draw nothing, and thereby no style, without these; where a style hangs on a property, each of its values. */
const PROPS = {
  Dropdown: { menu: { items: [] }, trigger: ['click'], children: 'x' },
  Tooltip: { title: 'x', children: 'x' },
  Popover: { title: 'x', children: 'x' },
  Popconfirm: { title: 'x', children: 'x' },
  Tag: [{}, { color: 'success' }, { color: 'blue' }],
  Badge: { count: 1 },
  Spin: { spinning: true },
  Table: { columns: [{ dataIndex: 'a' }], dataSource: [{ key: 'a', a: 'a' }], pagination: { total: 100, showSizeChanger: true }, rowSelection: {} },
  Tabs: { items: [{ key: 'a', label: 'a', children: 'a' }] },
  Steps: { items: [{ title: 'a' }] },
  Select: { options: [{ value: 'a', label: 'a' }], showSearch: true },
  Segmented: { options: ['a'] },
  Descriptions: { items: [{ key: 'a', label: 'a', children: 'a' }] },
  Result: { status: 'warning' },
  Timeline: { items: [{ content: 'a' }] },
  Statistic: { value: 1 },
};

/** The names that sources import from antd; types draw nothing. */
function namesUsed(webFolder, antd) {
  const names = new Set(['App', 'ConfigProvider']);
  for (const file of filesIn(webFolder).filter((path) => /\.tsx?$/.test(path))) {
    for (const [, list] of readFileSync(file, 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from\s*'antd'/g)) {
      for (const name of list.split(',').map((one) => one.trim().split(/\s+as\s+/)[0])) if (/^[A-Z]/.test(name) && antd[name] !== undefined) names.add(name);
    }
  }
  return [...names];
}

/** Parts of a component that bring styles of their own. */
const PARTS = ['Password', 'Search', 'TextArea', 'OTP', 'Group', 'Button', 'Text', 'Title', 'Paragraph', 'Link', 'Compact', 'Dragger', 'RangePicker'];
function parts(component) {
  return PARTS.flatMap((name) => (component[name] === undefined ? [] : [component[name]]));
}

export function antdStyles(webFolder) {
  const antd = require('antd');
  const React = require('react');
  const { renderToString } = require('react-dom/server');
  const { createCache, extractStyle, StyleProvider } = createRequire(require.resolve('antd'))('@ant-design/cssinjs');
  const tokens = JSON.parse(readFileSync(join(webFolder, 'app', 'theme-tokens.json'), 'utf8'));
  const drawings = namesUsed(webFolder, antd).flatMap((name) => [
    ...[PROPS[name] ?? {}].flat().map((props) => [antd[name], props]),
    ...parts(antd[name]).map((part) => [part, {}]),
  ]);
  // What these components put into themselves: an empty page, a loading sign, messages.
  for (const name of ['Empty', 'Spin', 'Pagination']) drawings.push([antd[name], PROPS[name] ?? {}]);
  // Notices are opened by a function: their style comes with the part that antd draws them with. Without it they never leave.
  drawings.push([antd.message._InternalPanelDoNotUseOrYouWillBeFired, { type: 'success', content: 'x' }]);

  const sheets = ['light', 'dark'].map((scheme) => {
    const cache = createCache();
    const theme = {
      algorithm: [scheme === 'dark' ? antd.theme.darkAlgorithm : antd.theme.defaultAlgorithm, antd.theme.compactAlgorithm],
      token: { ...tokens.common, ...tokens[scheme] },
      cssVar: { key: `weir-${scheme}` },
      hashed: false,
    };
    for (const [component, props] of drawings) draw(renderToString, React, StyleProvider, antd, cache, theme, component, props);
    // Rules of components read variables only, so one copy serves both schemes.
    return [...(scheme === 'light' ? [extractStyle(cache, { plain: true, types: 'style' })] : []), extractStyle(cache, { plain: true, types: ['token', 'cssVar'] })].join('\n');
  });
  return sheets.join('\n');
}

function draw(renderToString, React, StyleProvider, antd, cache, theme, component, props) {
  const drawn = React.createElement(StyleProvider, { cache }, React.createElement(antd.ConfigProvider, { theme }, React.createElement(component, props)));
  const { error, warn } = console;
  try {
    // React warns of layout effects on a server, antd of props it misses: nobody sees these drawings.
    console.error = console.warn = () => undefined;
    renderToString(drawn);
  } catch {
    // A part that stands only within its whole: the whole has brought its style.
  } finally {
    Object.assign(console, { error, warn });
  }
}
