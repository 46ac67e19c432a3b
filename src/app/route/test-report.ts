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

function text({ results, coverage, failUnder, passed, failed }: RouteTestReport): string {
  const lines: string[] = [];
  for (const result of results) {
    lines.push(`${result.passed ? 'ok  ' : 'FAIL'} ${result.name} [${result.side}]`);
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
  return `${lines.join('\n')}\n`;
}

function junit({ results, passed, failed }: RouteTestReport): string {
  const files = [...new Set(results.map((it) => it.file))];
  const suites = files.map((file) => {
    const own = results.filter((it) => it.file === file);
    const failures = own.filter((it) => !it.passed).length;
    return `  <testsuite name="${xml(file)}" tests="${own.length}" failures="${failures}" errors="0" skipped="0" time="0">\n${own.map(testcase).join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kubectl mesh route test" tests="${passed + failed}" failures="${failed}" errors="0" time="0">\n${suites.join('\n')}\n</testsuites>\n`;
}

function testcase({ name, side, passed, mistakes, trail, file }: TestResult): string {
  const head = `    <testcase classname="${xml(`${file} ${side}`)}" name="${xml(name)}" time="0"`;
  if (passed) return `${head}/>`;
  return `${head}><failure type="route" message="${xml(mistakes.join('; '))}">${xml([...mistakes, ...trail].join('\n'))}</failure></testcase>`;
}
