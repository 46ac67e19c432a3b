import type { RouteReport } from '../run-route.ts';
import type { Reference } from './origins.ts';
import type { HeaderReport, HopReport, SideReport } from './side.ts';

/** Most routes that lost are of no interest: so many are shown. */
const mostLost = 12;

/** So many endpoints that get nothing are shown. */
const mostUnused = 6;

/** The report for a person: both sides once where they agree, else one after the other. */
export function routeText(report: RouteReport): string {
  const { request, expected, live } = report;
  const lines = [
    `${request.method} ${request.url}  ${request.from ? `from ${request.from}` : `through gateway ${request.gateway}`}`,
    '',
  ];
  if (expected && live && report.agree) lines.push('Git and the live proxy agree:', ...sideLines(live, expected));
  else if (expected && live) lines.push(...differenceLines(report, expected, live));
  else if (expected) lines.push('expected:', ...sideLines(expected, expected));
  else if (live) lines.push('live:', ...sideLines(live, live));
  for (const note of report.notes) lines.push('', `note: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** What differs first, then Git's side, and of the live one what is not the same. */
function differenceLines({ causes }: RouteReport, expected: SideReport, live: SideReport): string[] {
  const own = sideLines(expected, expected);
  const [outcome = '', ...rest] = sideLines(live, live);
  return [
    'Git and the live proxy differ:',
    ...causes.map(({ message, location }) => `  ${message}${at(location)}`),
    ...(causes.length === 0 ? ['  no drift explains it: run kubectl mesh status and kubectl mesh drift'] : []),
    '',
    'expected:',
    ...own,
    '',
    'live, where it differs:',
    outcome,
    ...rest.filter((line) => !own.includes(line)),
  ];
}

/**
 * What becomes of the request, what decides it and why others lost, and then its way.
 *
 * @param located the side whose lines are shown, as Git's are those of a file
 */
export function sideLines(side: SideReport, located: SideReport): string[] {
  const lines = [`  ${outcomeLine(side)}`];
  const there = new Set(side.inbound.flatMap((hop, index) => decidedThere(hop, located.inbound[index] ?? hop)));
  // That no VirtualService changes what a Service's port does is of interest only where nothing else decides.
  const here = located.decidedBy.filter((it) => there.size === 0 || !it.resource.startsWith('Service '));
  lines.push(...there, ...here.map((it) => `  decided   ${it.what}${shown(it)}`));
  lines.push(...lostLines(located));
  if (side.proxy !== '') lines.push(`  client    ${side.proxy}`);
  if (side.resolved) lines.push(`  host      ${side.resolved}`);
  lines.push(...hopLines(side), ...inboundLines(side, located));
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

/** What a server's proxy decided against the request. */
function decidedThere(hop: HopReport, located: HopReport): string[] {
  const denied = hop.filters.filter((it) => it.verdict === 'denied' || it.verdict === 'answered');
  const lines = denied.map(({ why, decidedBy }) => `  decided   the server: ${why}${shown(decidedBy)}`);
  if (hop.protocol !== 'none') return lines;
  return located.decidedBy.map((it) => `  decided   the server: ${it.what}${shown(it)}`);
}

function lostLines({ lost }: HopReport): string[] {
  const lines = lost
    .slice(0, mostLost)
    .map(({ route, why, location }) => `  not       ${route || '(no name)'}: ${why}${at(location)}`);
  if (lost.length > mostLost) lines.push(`  not       ${lost.length - mostLost} more routes`);
  return lines;
}

function hopLines(hop: HopReport): string[] {
  if (hop.proxy === '') return [];
  const lines = [`  listener  ${hop.listener ?? 'none'}${hop.filterChain ? `, filter chain ${hop.filterChain}` : ''}`];
  if (hop.protocol === 'http') {
    lines.push(`  virtual   ${hop.virtualHost ?? 'no virtual host'}`);
    lines.push(`  route     ${hop.route === null ? 'none' : hop.route || '(no name)'}`);
  }
  for (const { cluster, weight, headers, responseHeaders } of hop.clusters) {
    lines.push(`  cluster   ${cluster}${weight < 1 ? `  ${percent(weight)}` : ''}`);
    for (const change of headers) lines.push(`    header    ${headerWords(change)}`);
    for (const change of responseHeaders) lines.push(`    response  ${headerWords(change)}`);
  }
  lines.push(...endpointLines(hop));
  if (hop.rewrittenPath !== null) lines.push(`  upstream  ${hop.rewrittenHost}${hop.rewrittenPath}`);
  for (const change of hop.headers) lines.push(`  header    ${headerWords(change)}`);
  for (const change of hop.responseHeaders) lines.push(`  response  ${headerWords(change)}`);
  if (hop.timeout && hop.timeout !== '0s') lines.push(`  timeout   ${hop.timeout}`);
  if (hop.retries) lines.push(`  retries   ${hop.retries}`);
  for (const words of faultWords(hop.fault)) lines.push(`  fault     ${words}`);
  for (const mirror of hop.mirrors) lines.push(`  mirror    ${mirror}`);
  for (const hash of hop.hashPolicy) lines.push(`  hashes    ${hash}`);
  for (const { filter, why, decidedBy } of hop.filters) lines.push(`  filter    ${filter}: ${why}${shown(decidedBy)}`);
  return lines;
}

function endpointLines({ endpoints }: HopReport): string[] {
  const unused = endpoints.filter((it) => it.share === 0);
  const lines = [...endpoints.filter((it) => it.share > 0), ...unused.slice(0, mostUnused)].map((it) => {
    const more = [it.transport, it.priority > 0 ? `priority ${it.priority}` : '', it.locality].filter(
      (words) => words !== '',
    );
    return `  endpoint  ${it.address} ${it.health.toLowerCase()} ${percent(it.share)} ${more.join(' ')}`.trimEnd();
  });
  if (unused.length > mostUnused) lines.push(`  endpoint  ${unused.length - mostUnused} more that get nothing`);
  return lines;
}

function faultWords(fault: HopReport['fault']): string[] {
  const { abort, delay } = fault ?? {};
  const status = abort?.httpStatus ?? `gRPC status ${abort?.grpcStatus}`;
  return [
    ...(delay ? [`${percent(delay.percent / 100)} are delayed by ${delay.time}`] : []),
    ...(abort ? [`${percent(abort.percent / 100)} are aborted with ${status}`] : []),
  ];
}

function headerWords({ name, action, value }: HeaderReport): string {
  return `${action} ${name}${value === null ? '' : `: ${value}`}`;
}

/** The servers' sides; those that are alike are shown once. */
function inboundLines(side: SideReport, located: SideReport): string[] {
  const groups = new Map<string, { names: string[]; lines: string[] }>();
  side.inbound.forEach((hop, index) => {
    const lines = serverLines(hop, located.inbound[index] ?? hop);
    const key = lines.join('\n');
    const group = groups.get(key) ?? { names: [], lines };
    group.names.push(`${hop.proxy}${hop.share < 1 ? ` (${percent(hop.share)})` : ''}`);
    groups.set(key, group);
  });
  return [...groups.values()].flatMap(({ names, lines }) => [
    `  at ${names.join(', ')}`,
    ...lines.map((it) => `  ${it}`),
  ]);
}

/** What of a server's side a person asks for: mutual TLS, the policies' verdict, port and cluster; all of a gateway. */
function serverLines(hop: HopReport, located: HopReport): string[] {
  if (hop.mutualTls === null && hop.protocol !== 'none')
    return [
      ...located.decidedBy.map((it) => `  decided   ${it.what}${shown(it)}`),
      ...lostLines(located),
      ...hopLines(hop),
    ];
  const lines: string[] = [];
  if (hop.mutualTls) lines.push(`  mTLS      ${hop.mutualTls.mode}${shown(located.mutualTls?.decidedBy ?? null)}`);
  lines.push(`  listener  ${hop.listener ?? 'none'}, filter chain ${hop.filterChain ?? 'none'}`);
  hop.filters.forEach(({ filter, why, decidedBy }, index) => {
    lines.push(`  filter    ${filter}: ${why}${shown(located.filters[index]?.decidedBy ?? decidedBy)}`);
  });
  for (const { cluster } of hop.clusters) lines.push(`  cluster   ${cluster}`);
  return lines;
}

function shown(reference: Reference | null): string {
  return reference ? `: ${`${reference.resource} ${reference.field}`.trimEnd()}${at(reference.location)}` : '';
}

function at(location: { file: string; line: number } | null): string {
  return location ? ` (${location.file}:${location.line})` : '';
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(part < 0.01 ? 4 : 1))} %`;
}
