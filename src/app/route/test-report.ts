import { junitDocument, testcase } from '../../report/junit-xml.ts';
import { plain } from '../../report/plain.ts';
import { asJson, asYaml } from '../../report/serialized.ts';
import { xml } from '../../report/xml.ts';
import type { RouteTestReport, TestResult } from '../run-route-test.ts';

export const testFormats = ['text', 'json', 'yaml', 'junit'] as const;
export type TestFormat = (typeof testFormats)[number];

/** Prints what `route test` found. */
export function printTests(report: RouteTestReport, format: TestFormat): string {
  if (format === 'text') return plain(text(report), true);
  if (format === 'junit') return junit(report);
  return format === 'json' ? asJson(report) : asYaml(report);
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
  const { results, failUnder } = report;
  const files = [...new Set(results.map((it) => it.file))];
  const suites = files.map((file) => {
    const own = results.filter((it) => it.file === file);
    return { name: file, cases: own.map(caseOf), failures: own.filter((it) => !it.passed).length };
  });
  if (failUnder !== null)
    suites.push({ name: 'coverage', cases: [coverageCase(report, failUnder)], failures: isLow(report) ? 1 : 0 });
  return junitDocument('kubectl mesh route test', suites);
}

function caseOf({ name, side, passed, mistakes, trail, file, line }: TestResult): string {
  const details = xml([...mistakes, `at ${file}:${line}`, ...trail].join('\n'));
  const body = passed ? '' : `<failure type="route" message="${xml(mistakes.join('; '))}">${details}</failure>`;
  return testcase(`${file} ${side}`, name, body);
}

function coverageCase(report: RouteTestReport, failUnder: number): string {
  const { percent, untested } = report.coverage;
  const words = `${percent.toFixed(1)} % of routes are taken, at least ${failUnder} % must be`;
  const details = untested.map(({ resource, field }) => `${resource} ${field}`).join('\n');
  const body = isLow(report) ? `<failure type="coverage" message="${xml(words)}">${xml(details)}</failure>` : '';
  return testcase('coverage', 'routes taken', body);
}
