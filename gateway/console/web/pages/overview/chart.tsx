/** Decisions per day as stacked bars, drawn by uPlot in the colours of the page. */
import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { localeOf, useLanguage } from '../../app/language.js';
import { useScheme } from '../../app/theme.js';
import { KINDS, stacked, type DayRow, type Kind } from './series.js';

/** The same variables that the legend's signs have in overview.css. */
const COLOURS: Readonly<Record<Kind, string>> = { released: '--overview-released', masked: '--overview-masked', rejected: '--overview-rejected', expired: '--overview-expired' };
const HEIGHT = 230;

export function DecisionsChart({ rows, label }: { readonly rows: readonly DayRow[]; readonly label: string }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  const language = useLanguage();
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const { seconds, heights } = stacked(rows);
    const axis = { stroke: colour('--ant-color-text-description'), grid: { stroke: colour('--ant-color-border-secondary'), width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}` };
    const format = new Intl.DateTimeFormat(localeOf[language], { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
    const bars = uPlot.paths.bars?.({ size: [0.72, 46] });
    // The highest sum lies at the back, so that each kind shows above those below it.
    const drawn = [...KINDS].reverse();
    const options: uPlot.Options = {
      width: element.clientWidth,
      height: HEIGHT,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: { x: { time: true, range: [(seconds[0] ?? 0) - HALF_DAY, (seconds.at(-1) ?? 0) + HALF_DAY] }, y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.08)] } },
      axes: [
        { ...axis, size: 28, grid: { show: false }, values: (_plot, splits) => splits.map((at) => format.format(at * 1000)), incrs: [1, 2, 5, 7, 14].map((days) => days * DAY), space: 48 },
        { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000] },
      ],
      series: [{}, ...drawn.map((kind): uPlot.Series => ({ label: kind, fill: colour(COLOURS[kind]), width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) }))],
    };
    const plot = new uPlot(options, [[...seconds], ...drawn.map((kind) => [...heights[kind]])], element);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [rows, scheme, language]);
  return <div ref={box} className="overview-chart" role="img" aria-label={label} style={{ height: HEIGHT }} />;
}
const DAY = 86_400;
const HALF_DAY = DAY / 2;
