import { withAdvice } from '../model/advice.ts';
import { counted } from '../model/counted.ts';
import type { Arrival, VerifiedProxy, VerifyReport } from '../model/verify.ts';
import { junitDocument, testcase } from './junit-xml.ts';
import { type Paint, paints, severityPaint } from './paint.ts';
import { plain, wrapped } from './plain.ts';
import { proxiesInWords } from './proxies.ts';
import { asJson, asYaml } from './serialized.ts';
import type { Style } from './types.ts';
import { xml } from './xml.ts';

type VerifyReporter = (report: VerifyReport, style: Style) => string;

export const verifyFormats = ['text', 'json', 'yaml', 'junit'] as const;

/** The formats of `verify`. */
export const verifyReporters: Record<(typeof verifyFormats)[number], VerifyReporter> = {
  text,
  json: asJson,
  yaml: asYaml,
  junit,
};

/** How a proxy's arrival is called. */
const words: Record<Arrival, string> = {
  arrived: 'arrived',
  lag: 'lag',
  rejected: 'rejected',
  mismatch: 'mismatch',
  'not-applied': 'not applied',
  unreachable: 'unreachable',
};

/** One state of one proxy on one line, for a log. */
export function arrivalLine(proxy: VerifiedProxy): string {
  const { id, arrival, reason } = proxy;
  return plain(`${id}: ${words[arrival]}${reason === '' ? '' : `: ${reason}`}`);
}

/** How far all have come, for a progress bar: `12 of 14 proxies hold it; 2 lag`. */
export function progressLine(proxies: readonly VerifiedProxy[]): string {
  const left = (Object.keys(words) as Arrival[]).flatMap((arrival) => {
    const count = arrival === 'arrived' ? 0 : proxies.filter((it) => it.arrival === arrival).length;
    return count === 0 ? [] : [`${count} ${words[arrival]}`];
  });
  const there = proxies.filter((it) => it.arrival === 'arrived').length;
  return [
    `${there} of ${counted(proxies.length, 'proxy')} hold it`,
    ...(left.length > 0 ? [left.join(', ')] : []),
  ].join('; ');
}

function text(report: VerifyReport, style: Style): string {
  const { bold, green, red, yellow } = paints(style);
  const paint = severityPaint(style);
  const colours: Record<Arrival, Paint> = {
    arrived: green,
    lag: yellow,
    rejected: red,
    mismatch: red,
    'not-applied': red,
    unreachable: red,
  };
  const lines: string[] = [];
  const known = new Map(
    report.proxies.map(({ id, type, workload, state }) => [id, { id, type, workload, state }] as const),
  );
  for (const group of alike(report.proxies)) {
    const [first] = group as [VerifiedProxy];
    const who = proxiesInWords(
      group.map((it) => it.id),
      known,
    );
    lines.push(`${colours[first.arrival](words[first.arrival].toUpperCase())} ${bold(plain(who))}`);
    lines.push(wrapped(plain(first.reason), style.width, '  '));
    for (const { resource, field, location } of first.lacking.slice(1)) {
      const at = location ? ` (${location.file}:${location.line})` : '';
      lines.push(wrapped(plain(`also: ${resource} ${field}`.trimEnd() + at), style.width, '  '));
    }
  }
  for (const { severity, message, fix } of report.diagnostics) {
    const line = wrapped(plain(`${severity}: ${withAdvice(message, fix)}`), style.width, '  ');
    lines.push(paint[severity](line.trimStart()));
  }
  if (lines.length > 0) lines.push('');
  return [...lines, ...summary(report, style)].join('\n').concat('\n');
}

/** Proxies that have not arrived for the same reason. */
function alike(proxies: readonly VerifiedProxy[]): VerifiedProxy[][] {
  const groups = new Map<string, VerifiedProxy[]>();
  for (const proxy of proxies) {
    if (proxy.arrival === 'arrived') continue;
    const key = JSON.stringify([proxy.arrival, proxy.reason, proxy.lacking]);
    groups.set(key, [...(groups.get(key) ?? []), proxy]);
  }
  return [...groups.values()];
}

function summary(report: VerifyReport, style: Style): string[] {
  const { bold, green, red } = paints(style);
  const { touched, untouched, arrivals, waitedSeconds } = report.summary;
  const { ref, commit } = report.git;
  const state = commit === '' ? ref : `${ref} (${commit.slice(0, 12)})`;
  const from = report.since ? ` since ${report.since.ref}` : '';
  const counts = Object.entries(arrivals).flatMap(([arrival, count]) =>
    count === 0 ? [] : [`${count} ${words[arrival as Arrival]}`],
  );
  const what = touched === 0 ? 'touches no proxy' : `touches ${counted(touched, 'proxy')}: ${counts.join(', ')}`;
  return [
    plain(`${state}${from} ${what}; ${untouched} are not touched; waited ${waitedSeconds} s`),
    bold(report.exitCode === 0 ? green('arrived') : red(verdict(report))),
  ];
}

function verdict({ exitCode, complete }: VerifyReport): string {
  const verdicts: Record<number, string> = {
    1: 'not arrived: a proxy or the API server holds something else',
    2: 'incomplete: not all could be seen',
    3: 'not arrived yet',
    4: 'not arrived: a proxy rejects it',
  };
  return `${verdicts[exitCode] ?? 'not arrived'}${complete || exitCode === 2 ? '' : ' (and not all could be seen)'}`;
}

/**
 * JUnit XML: a test for each touched proxy, which fails where the change has not arrived and is broken where it could not
 * be seen; a passed one where no proxy is touched.
 */
function junit(report: VerifyReport): string {
  const broken = report.proxies.filter((it) => it.arrival === 'unreachable');
  const failed = report.proxies.filter((it) => it.arrival !== 'arrived' && it.arrival !== 'unreachable');
  const cases = report.proxies.map(testOf);
  // What could not be read may be no touched proxy: a kind of objects, a file.
  const unseen = report.complete || broken.length > 0 ? 0 : 1;
  if (unseen > 0) cases.push(testcase('mesh', 'all could be seen', '<error type="incomplete" message="see the log"/>'));
  if (cases.length === 0) cases.push(testcase('mesh', 'no proxy is touched', ''));
  const name = `${report.tool.name} ${report.tool.command}`;
  const suite = { name, cases, failures: failed.length, errors: broken.length + unseen };
  return junitDocument(name, [suite], report.summary.waitedSeconds);
}

function testOf({ id, workload, arrival, reason, lacking }: VerifiedProxy): string {
  const namespace = id.slice(0, id.indexOf('/'));
  const details = lacking.map(({ resource, field, location }) =>
    `${resource} ${field}${location ? ` at ${location.file}:${location.line}` : ''}`.trim(),
  );
  const element = arrival === 'unreachable' ? 'error' : 'failure';
  const body =
    arrival === 'arrived'
      ? ''
      : `<${element} type="${arrival}" message="${xml(reason)}">${xml([reason, ...details].join('\n'))}</${element}>`;
  return testcase(`${namespace}/${workload}`, id, body);
}
