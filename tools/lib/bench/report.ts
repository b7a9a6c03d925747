/** What a bench found, as a table on the terminal and in docs/benchmarks.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps.ts';
import type { Machine } from './machine.ts';

export interface Figure {
  readonly what: string;
  readonly value: string;
  /** As text; absent where there is none. */
  readonly goal?: string;
  readonly met?: boolean;
}

export interface Report {
  /** Sizes: what was sent, by whom, through what. */
  readonly setting: string;
  readonly figures: readonly Figure[];
  readonly notes?: readonly string[];
}

const DOCUMENT = join(ROOT, 'docs', 'benchmarks.md');

export const ms = (value: number): string =>
  `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
export const rate = (value: number, unit: string): string => `${Math.round(value).toLocaleString('en')} ${unit}/s`;
export const count = (value: number): string => value.toLocaleString('en');

export function atLeast(what: string, value: number, goal: number, unit: string): Figure {
  return { what, value: rate(value, unit), goal: `>= ${rate(goal, unit)}`, met: value >= goal };
}

export function below(what: string, value: number, goalMs: number): Figure {
  return { what, value: ms(value), goal: `< ${ms(goalMs)}`, met: value < goalMs };
}

export function print(name: string, report: Report): void {
  const rows = [
    ['', 'measured', 'goal', ''],
    ...report.figures.map((f) => [f.what, f.value, f.goal ?? '', verdict(f)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log(`\n== ${name}: ${report.setting}`);
  for (const row of rows) console.log(`   ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
  for (const note of report.notes ?? []) console.log(`   ${note}`);
}

/** Puts the report in the place of an older one of the same bench. */
export function write(name: string, report: Report, on: Machine, date: string): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md has no place for ${name}`);
  writeFileSync(DOCUMENT, `${text.slice(0, from + open.length)}\n\n${markdown(report, on, date)}\n${text.slice(to)}`);
}

function markdown(report: Report, on: Machine, date: string): string {
  const table = [
    ['figure', 'measured', 'goal', ''],
    ['---', '---', '---', '---'],
    ...report.figures.map((f) => [f.what, f.value, f.goal ?? '', verdict(f)]),
  ];
  return [
    `${date}: ${on.cpu}, ${on.cores} cores, ${on.memoryGb} GiB; ${on.os}; Node ${on.node}, SQLite ${on.sqlite}, mosquitto ${on.mosquitto}.`,
    '',
    `${report.setting}.`,
    '',
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    ...(report.notes ?? []).map((note) => `- ${note}`),
    '',
  ].join('\n');
}

const verdict = ({ met }: Figure): string => (met === undefined ? '' : met ? 'met' : 'MISSED');
