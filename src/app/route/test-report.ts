import { dump } from 'js-yaml';
import { plain } from '../../report/plain.ts';
import { xml } from '../../report/xml.ts';
import type { RouteTestReport, TestResult } from '../run-route-test.ts';

export const testFormats = ['text', 'json', 'yaml', 'junit'] as const;
export type TestFormat = (typeof testFormats)[number];

/** Prints what `route test` found. */
export function printTests(report: RouteTestReport, format: TestFormat): string {
  if (format === 'text') return plain(text(report), true);
  if (format === 'junit') return junit(report);
  const data = JSON.stringify(report, null, 2);
  return format === 'json' ? `${data}\n` : dump(JSON.parse(data), { lineWidth: 120, noRefs: true });
}

function text({ results, coverage, failUnder, passed, failed, notes }: RouteTestReport): string {
  const lines: string[] = [];
  for (const result of results) {
    const { file, line, name, side } = result;
    lines.push(`${result.passed ? 'ok  ' : 'FAIL'} ${name} [${side}]${result.passed ? '' : ` (${file}:${line})`}`);
    if (result.passed) continue;
    for (const mistake of result.mistakes) lines.push(`     ${mistake}`);
    lines.push(...result.trail.map((line) => `     ${line}`));
  }
  lines.push(
    '',
    `${passed} passed, ${failed} failed; ${coverage.covered} of ${coverage.routes} routes taken (${coverage.percent.toFixed(0)} %)`,
  );
  for (const { resource, field, name, location } of coverage.untested)
    lines.push(
      `  not taken: ${resource} ${field}${name === '' ? '' : ` ${name}`}${location ? ` (${location.file}:${location.line})` : ''}`,
    );
  if (failUnder !== null && coverage.percent < failUnder) lines.push(`coverage is below ${failUnder} %`);
  for (const note of notes) lines.push('', `note: ${note}`);
  return `${lines.join('\n')}\n`;
}

function isLow({ coverage, failUnder }: RouteTestReport): boolean {
  return failUnder !== null && coverage.percent < failUnder;
}

function junit(report: RouteTestReport): string {
  const { results, passed, failed, failUnder, coverage } = report;
  const files = [...new Set(results.map((it) => it.file))];
  const suites = files.map((file) => {
    const own = results.filter((it) => it.file === file);
    const failures = own.filter((it) => !it.passed).length;
    return `  <testsuite name="${xml(file)}" tests="${own.length}" failures="${failures}" errors="0" skipped="0" time="0">\n${own.map(testcase).join('\n')}\n  </testsuite>`;
  });
  const low = isLow(report) ? 1 : 0;
  if (failUnder !== null) {
    const words = `${coverage.percent.toFixed(1)} % of routes are taken, at least ${failUnder} % must be`;
    const untested = coverage.untested.map(({ resource, field }) => `${resource} ${field}`).join('\n');
    const failure = low ? `<failure type="coverage" message="${xml(words)}">${xml(untested)}</failure>` : '';
    suites.push(
      `  <testsuite name="coverage" tests="1" failures="${low}" errors="0" skipped="0" time="0">\n    <testcase classname="coverage" name="routes taken" time="0"${failure === '' ? '/>' : `>${failure}</testcase>`}\n  </testsuite>`,
    );
  }
  const tests = passed + failed + (failUnder === null ? 0 : 1);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kubectl mesh route test" tests="${tests}" failures="${failed + low}" errors="0" time="0">\n${suites.join('\n')}\n</testsuites>\n`;
}

function testcase({ name, side, passed, mistakes, trail, file, line }: TestResult): string {
  const head = `    <testcase classname="${xml(`${file} ${side}`)}" name="${xml(name)}" file="${xml(file)}" line="${line}" time="0"`;
  if (passed) return `${head}/>`;
  return `${head}><failure type="route" message="${xml(mistakes.join('; '))}">${xml([...mistakes, ...trail].join('\n'))}</failure></testcase>`;
}
