import { withAdvice } from '../model/advice.ts';
import { counted } from '../model/counted.ts';
import type { ReportedProxy } from '../model/report.ts';
import { type ProxyStatus, type StatusReport, type StatusType, statusTypes, type TypeStatus } from '../model/status.ts';
import { findingContract } from './data.ts';
import { durationInWords } from './duration.ts';
import { findingLines } from './finding-lines.ts';
import { paints, severityPaint } from './paint.ts';
import { plain, wrapped } from './plain.ts';
import { asJson, asYaml } from './serialized.ts';
import { type Cell, table } from './table.ts';
import { countsInWords } from './totals.ts';
import type { Style } from './types.ts';

type StatusReporter = (report: StatusReport, style: Style) => string;

export const statusFormats = ['text', 'wide', 'json', 'yaml'] as const;

/** The formats of `status`. */
export const statusReporters: Record<(typeof statusFormats)[number], StatusReporter> = {
  text: (report, style) => render(report, style, false),
  wide: (report, style) => render(report, style, true),
  json: (report) => asJson(contract(report)),
  yaml: (report) => asYaml(contract(report)),
};

const headings: Record<StatusType, string> = {
  cluster: 'CDS',
  listener: 'LDS',
  endpoint: 'EDS',
  route: 'RDS',
  extension: 'ECDS',
};

function render(report: StatusReport, style: Style, wide: boolean): string {
  const proxies = new Map<string, ReportedProxy>(
    report.proxies.map(({ id, type, workload, state }) => [
      id,
      { id, type: type === 'router' ? 'router' : 'sidecar', workload, state },
    ]),
  );
  return [
    tableOf(report, style, wide).join('\n'),
    ...report.findings.map((finding) => findingLines(finding, proxies, style).join('\n')),
    footer(report, style),
  ]
    .join('\n\n')
    .concat('\n');
}

function tableOf(report: StatusReport, style: Style, wide: boolean): string[] {
  const { bold } = paints(style);
  const more = ['CLUSTER', 'REVISION', 'ENVOY', 'CERTIFICATE', 'RESTART'];
  const names = ['PROXY', 'STATE', ...statusTypes.map((type) => headings[type]), 'ISTIOD', 'VERSION'];
  const heading = [...names, ...(wide ? more : [])].map((text): Cell => ({ text, paint: bold }));
  const rows = report.proxies.map((proxy) => [
    { text: proxy.id },
    { text: proxy.read ? proxy.state : `${proxy.state} (not read)`, paint: statePaint(proxy, style) },
    ...statusTypes.map((type) => typeCell(proxy.types[type], style, wide)),
    { text: proxy.connections.map((it) => it.istiod).join(', ') || '-' },
    { text: proxy.versions.istio || '-' },
    ...(wide ? wideCells(proxy, report.takenAt) : []),
  ]);
  return table([heading, ...rows]);
}

function typeCell({ state, ageSeconds }: TypeStatus, style: Style, wide: boolean): Cell {
  const { red, yellow } = paints(style);
  const paint = { STALE: yellow, REJECTED: red }[state as string];
  const told = wide || state === 'STALE' || state === 'REJECTED';
  const age = ageSeconds === null || !told ? '' : ` ${durationInWords(ageSeconds)}`;
  return { text: `${state}${age}`, ...(paint ? { paint } : {}) };
}

function statePaint({ state, differs }: ProxyStatus, style: Style): (text: string) => string {
  const { red, yellow, green, dim } = paints(style);
  if (state === 'rejected') return red;
  if (state === 'synced') return green;
  if (state === 'unknown') return dim;
  return differs === false ? dim : yellow;
}

function wideCells(proxy: ProxyStatus, now: string): Cell[] {
  const { certificate } = proxy;
  const left = certificate ? (Date.parse(certificate.expires) - Date.parse(now)) / 1000 : 0;
  return [
    { text: proxy.cluster || '-' },
    { text: proxy.revision || '-' },
    { text: proxy.versions.envoy ?? '-' },
    { text: !certificate ? '-' : left <= 0 ? 'expired' : `${durationInWords(left)} left` },
    { text: proxy.restart === 'broken' ? `without ${proxy.restartLacks.join(', ')}` : proxy.restart },
  ];
}

function footer(report: StatusReport, style: Style): string {
  const { bold, green } = paints(style);
  const paint = severityPaint(style);
  const lines = report.diagnostics.map((diagnostic) => {
    const said = withAdvice(diagnostic.message, diagnostic.fix);
    const text = wrapped(plain(`${diagnostic.severity}: ${said}`), style.width, '  ');
    return paint[diagnostic.severity](text.trimStart());
  });
  if (lines.length > 0) lines.push('');
  const { proxies, states, read, brokenAtRestart, findings } = report.summary;
  const counts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  const without = report.summary.unread === 0 ? '' : `, ${report.summary.unread} could not be read`;
  lines.push(
    `${counted(proxies, 'proxy')} at ${report.takenAt}: ${counts.join(', ')}; the dumps of ${read} were read${without}`,
  );
  if (brokenAtRestart > 0) lines.push(paint.error(`${brokenAtRestart} would come up broken at their next restart`));
  const found = countsInWords(findings);
  if (!report.complete) lines.push(bold(paint.error(`incomplete: ${found}; what could not be read is listed above`)));
  else lines.push(bold(findings.error + findings.warning === 0 ? green(found) : found));
  return lines.join('\n');
}

function contract(report: StatusReport): unknown {
  return { ...report, findings: report.findings.map(findingContract) };
}
