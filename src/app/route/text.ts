import type { RouteReport } from '../run-route.ts';
import type { HopReport, SideReport } from './side.ts';

/** Most routes that lost are of no interest: so many are shown. */
const mostLost = 12;

/** The report for a person: both sides once where they agree, else one after the other. */
export function routeText(report: RouteReport): string {
  const { request, expected, live } = report;
  const lines = [
    `${request.method} ${request.url}  ${request.from ? `from ${request.from}` : `through gateway ${request.gateway}`}`,
    '',
  ];
  if (expected && live && report.agree) lines.push('Git and the live proxy agree:', ...sideLines(live, expected));
  else {
    if (expected) lines.push('expected:', ...sideLines(expected, expected), '');
    if (live) lines.push('live:', ...sideLines(live, live));
  }
  if (report.agree === false) {
    lines.push('', 'the two sides differ:');
    for (const { message, location } of report.causes) lines.push(`  ${message}${at(location)}`);
    if (report.causes.length === 0) lines.push('  Git and the cluster do not: run kubectl mesh drift');
  }
  for (const note of report.notes) lines.push('', `note: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** @param located the side whose lines are shown, as Git's are those of a file */
export function sideLines(side: SideReport, located: SideReport): string[] {
  const lines = [`  ${outcomeLine(side)}`];
  if (side.resolved) lines.push(`  host      ${side.resolved}`);
  lines.push(...hopLines(side, located));
  side.inbound.forEach((hop, index) => {
    lines.push(`  at ${hop.proxy}${hop.share < 1 ? ` (${percent(hop.share)})` : ''}`);
    lines.push(...hopLines(hop, located.inbound[index] ?? hop).map((line) => `  ${line}`));
  });
  for (const assumption of side.assumes) lines.push(`  assumes   ${assumption}`);
  return lines;
}

function outcomeLine(side: SideReport): string {
  const flag = side.flag === '-' ? '' : ` ${side.flag}`;
  if (side.kind === 'open') return `cannot be told: ${side.reason}${flag}`;
  if (side.kind !== 'answer') return `no answer: ${side.details}${flag}`;
  const where = side.location ? ` to ${side.location}` : '';
  const by = side.answeredBy ? `, answered by ${side.answeredBy}` : '';
  return `${side.status}${flag}${where}${by} (${side.details})`;
}

function hopLines(hop: HopReport, located: HopReport): string[] {
  if (hop.proxy === '') return [];
  const lines = [`  listener  ${hop.listener ?? 'none'}${hop.filterChain ? `, filter chain ${hop.filterChain}` : ''}`];
  if (hop.protocol === 'http') {
    lines.push(`  host      ${hop.virtualHost ?? 'no virtual host'}`);
    lines.push(`  route     ${hop.route === null ? 'none' : hop.route || '(no name)'}`);
  }
  for (const { cluster, weight } of hop.clusters)
    lines.push(`  cluster   ${cluster}${weight < 1 ? `  ${percent(weight)}` : ''}`);
  for (const it of hop.endpoints)
    lines.push(`  endpoint  ${it.address} ${it.health.toLowerCase()} ${percent(it.share)} ${it.transport}`);
  if (hop.rewrittenPath !== null) lines.push(`  upstream  ${hop.rewrittenHost}${hop.rewrittenPath}`);
  for (const { name, action, value } of hop.headers)
    lines.push(`  header    ${action} ${name}${value === null ? '' : `: ${value}`}`);
  if (hop.timeout && hop.timeout !== '0s') lines.push(`  timeout   ${hop.timeout}`);
  if (hop.retries) lines.push(`  retries   ${hop.retries}`);
  for (const mirror of hop.mirrors) lines.push(`  mirror    ${mirror}`);
  for (const { filter, why } of hop.filters) lines.push(`  filter    ${filter}: ${why}`);
  for (const { resource, field, location, what } of located.decidedBy)
    lines.push(`  decided   ${what}: ${resource} ${field}${at(location)}`);
  const lost = located.lost.slice(0, mostLost);
  for (const { route, why, location } of lost) lines.push(`  not       ${route || '(no name)'}: ${why}${at(location)}`);
  if (located.lost.length > lost.length) lines.push(`  not       ${located.lost.length - lost.length} more routes`);
  return lines;
}

function at(location: { file: string; line: number } | null): string {
  return location ? ` (${location.file}:${location.line})` : '';
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(1))} %`;
}
