import type { ResourceType } from '../../src/model/envoy.ts';
import { formatPath } from '../../src/model/json.ts';
import type { ProxyResult } from './measure.ts';
import { type Figures, figuresByType, type Offender, offenders, reasons } from './totals.ts';

const percent = (part: number, all: number) => (all === 0 ? '-' : `${((100 * part) / all).toFixed(3)}%`);

function row(label: string, { resources, leaves, notCompared, unexplained }: Figures): string {
  const cells = [
    resources,
    leaves,
    notCompared,
    percent(notCompared, leaves),
    unexplained,
    percent(leaves - notCompared - unexplained, leaves - notCompared),
  ];
  return `  ${label.padEnd(44)}${cells.map((cell) => String(cell).padStart(12)).join('')}`;
}

const heading = `  ${''.padEnd(44)}${['resources', 'leaves', 'not compared', 'share', 'unexplained', 'agree'].map((cell) => cell.padStart(12)).join('')}`;

/** Prints one line per recording and type, totals, what was not compared, and the worst differences with samples. */
export function printText(results: readonly ProxyResult[], types: readonly ResourceType[], show: number): void {
  const inSync = results.filter(({ sync }) => sync === 'synced');
  const apart = results.filter(({ sync }) => sync !== 'synced');
  console.log(heading);
  for (const [recording, group] of Map.groupBy(inSync, (result) => result.recording)) {
    const sums = figuresByType(group);
    for (const type of types) console.log(row(`${recording} ${type}`, sums[type]));
  }
  const totals = figuresByType(inSync);
  console.log(`\nAll ${inSync.length} proxies in sync`);
  for (const type of types) console.log(row(type, totals[type]));
  for (const [reason, count] of reasons(inSync)) console.log(`  not compared: ${count} leaves: ${reason}`);
  if (apart.length > 0) console.log('\nNot in sync (not in the totals)');
  for (const result of apart) {
    const sums = figuresByType([result]);
    const text = types.map((type) => `${type} ${sums[type].unexplained}`).join(', ');
    console.log(`  ${result.recording} ${result.proxy}: ${result.sync}; unexplained: ${text}`);
  }
  const errors = Map.groupBy(
    results.flatMap(({ errors }) => errors),
    (error) => error,
  );
  for (const [error, times] of errors) console.log(`\nERROR (${times.length} proxies): ${error}`);
  const worst = offenders(inSync);
  console.log(`\nWorst of ${worst.length} kinds of difference`);
  for (const offender of worst.slice(0, show)) printOffender(offender);
}

function printOffender({ pattern, count, leaves, proxies, sample, at }: Offender): void {
  console.log(
    `\n${pattern}\n  ${count} differences, ${leaves} leaves, ${proxies} proxies; such as ${at} ${sample.name}`,
  );
  console.log(`  path     ${formatPath(sample.kind === 'missing' ? sample.expectedPath : sample.livePath)}`);
  if (sample.expected !== undefined) console.log(`  expected ${shorten(sample.expected)}`);
  if (sample.live !== undefined) console.log(`  live     ${shorten(sample.live)}`);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;
}

/** All figures and all kinds of difference as one JSON document. */
export function printJson(results: readonly ProxyResult[]): void {
  const inSync = results.filter(({ sync }) => sync === 'synced');
  const document = {
    totals: figuresByType(inSync),
    notCompared: Object.fromEntries(reasons(inSync)),
    proxies: results.map((result) => ({
      recording: result.recording,
      proxy: result.proxy,
      sync: result.sync,
      errors: result.errors,
      figures: figuresByType([result]),
    })),
    differences: offenders(inSync),
  };
  console.log(JSON.stringify(document, null, 1));
}
