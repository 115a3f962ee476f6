/** Makes Grafana's dashboards of panels.ts: one file for each language, since Grafana translates no titles. */
import { ROWS, VARIABLES, type Panel } from './panels.js';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Beside this file. */
export const FILES: Readonly<Record<Language, string>> = { en: 'weir.json', zh: 'weir.zh.json' };

const COLUMNS = 24;
const STAT = { w: 3, h: 4 } as const;
const GRAPH = { w: 8, h: 8 } as const;
const SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
/** Of the schema that Grafana 10 and later read. */
const SCHEMA = 39;

function steps({ limits }: Panel): readonly { readonly color: string; readonly value: number | null }[] {
  if (limits === undefined) return [{ color: 'green', value: null }];
  const { warn, bad, below } = limits;
  return below === true
    ? [{ color: 'red', value: null }, { color: 'orange', value: bad }, { color: 'green', value: warn }]
    : [{ color: 'green', value: null }, ...(warn < bad ? [{ color: 'orange', value: warn }] : []), { color: 'red', value: bad }];
}

function panelOf(panel: Panel, at: number, id: number, place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }): object {
  const { kind, unit, queries } = panel;
  const options = {
    stat: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'value', graphMode: 'area', textMode: 'auto' },
    timeseries: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] }, tooltip: { mode: 'multi', sort: 'desc' } },
    table: { showHeader: true, sortBy: [] },
  }[kind];
  return {
    id, type: kind, title: panel.title[at], description: panel.help[at], datasource: SOURCE, gridPos: place,
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps: steps(panel) }, ...(kind === 'timeseries' ? { custom: { fillOpacity: 10, showPoints: 'never' } } : {}) }, overrides: [] },
    options,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index), expr, legendFormat: legend, datasource: SOURCE,
      ...(kind === 'table' ? { format: 'table', instant: true } : {}),
      // Exchanges beside the curve that they are part of.
      ...(kind === 'timeseries' && expr.startsWith('histogram_quantile') ? { exemplar: true } : {}),
    })),
  };
}

function panels(at: number): readonly object[] {
  const made: object[] = [];
  let y = 0;
  let id = 1;
  for (const row of ROWS) {
    made.push({ id: id++, type: 'row', title: row.title[at], collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const { w, h } = panel.kind === 'stat' ? STAT : GRAPH;
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
      }
      made.push(panelOf(panel, at, id++, { x, y, w, h }));
      x += w;
      height = h;
    }
    y += height;
  }
  return made;
}

function dashboard(language: Language): object {
  const at = LANGUAGES.indexOf(language);
  return {
    title: language === 'zh' ? 'Weir 堰' : 'Weir',
    uid: language === 'zh' ? 'weir-zh' : 'weir',
    tags: ['weir', 'dlp'],
    schemaVersion: SCHEMA,
    version: 2,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {} },
        ...VARIABLES.map(({ name, label, query }) => ({
          name, label: label[at], type: 'query', datasource: SOURCE, query: { query, refId: 'v' }, definition: query,
          includeAll: true, multi: true, allValue: '.*', refresh: 2, current: { text: ['All'], value: ['$__all'] },
        })),
      ],
    },
    annotations: { list: [] },
    panels: panels(at),
  };
}

/** As it stands in the file. */
export const dashboardText = (language: Language): string => `${JSON.stringify(dashboard(language), null, 2)}\n`;
