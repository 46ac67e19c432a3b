import { xml } from './xml.ts';

interface Suite {
  name: string;
  /** What `testcase` made. */
  cases: readonly string[];
  failures: number;
  errors?: number;
  skipped?: number;
}

/**
 * A document of JUnit XML. Elements and attributes are those of Jenkins' schema (xunit-plugin, junit-10.xsd), which some
 * tools hold every report to: it has no file and line, so places stand in texts.
 *
 * @param seconds that all took
 */
export function junitDocument(name: string, suites: readonly Suite[], seconds = 0): string {
  const sum = (of: (suite: Suite) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
  const all = {
    tests: sum(({ cases }) => cases.length),
    failures: sum(({ failures }) => failures),
    errors: sum(({ errors = 0 }) => errors),
    time: seconds,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${attributes({ name, ...all })}>
${suites.map((it) => suite(it, seconds)).join('\n')}
</testsuites>
`;
}

function suite({ name, cases, failures, errors = 0, skipped = 0 }: Suite, time: number): string {
  return `  <testsuite ${attributes({ name, tests: cases.length, failures, errors, skipped, time })}>
${cases.join('\n')}
  </testsuite>`;
}

/** One test; `body` is what it holds, as XML: nothing where it passed. */
export function testcase(classname: string, name: string, body: string): string {
  return `    <testcase ${attributes({ classname, name, time: 0 })}>${body}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${xml(String(value))}"`)
    .join(' ');
}
