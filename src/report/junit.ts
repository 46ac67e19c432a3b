import type { Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import type { WaivedFinding } from '../model/waiver.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { junitDocument, testcase } from './junit-xml.ts';
import { sentence } from './place.ts';
import { affectedInWords } from './proxies.ts';
import { examined } from './totals.ts';
import type { Reporter } from './types.ts';
import { waiverInWords } from './waived.ts';
import { xml } from './xml.ts';

interface Case {
  xml: string;
  failed: boolean;
  broken: boolean;
  /** Of a finding that is waived: it is there and does not count. */
  skipped?: boolean;
}

/**
 * JUnit XML: a failed test for each error or warning, a passed one with its text for each info, a broken one for what
 * could not be read, and a passed one for a run that found nothing. Nothing examined is never a pass.
 */
export const junit: Reporter = (report) => {
  const known = new Map(report.proxies.map((proxy) => [proxy.id, proxy]));
  const cases = [
    ...report.findings.map((finding) => ofFinding(finding, affectedInWords(finding, known))),
    ...report.waived.map(ofWaived),
    ...unread(report),
  ];
  if (cases.every((it) => it.skipped)) cases.push(passed(report));
  const failures = cases.filter((it) => it.failed).length;
  const errors = cases.filter((it) => it.broken).length;
  const skipped = cases.filter((it) => it.skipped).length;
  const name = `${report.tool.name} ${report.tool.command}`;
  return junitDocument(name, [{ name, cases: cases.map((it) => it.xml), failures, errors, skipped }]);
};

function ofFinding(finding: Finding, proxies: string): Case {
  const failed = finding.severity !== 'info';
  const { code, kind, resource, field, location } = finding;
  const details = [
    sentence(finding),
    location ? `at ${location.file}:${location.line}:${location.column}` : '',
    finding.effect === '' ? '' : `effect: ${finding.effect}`,
    `affects: ${proxies}`,
    finding.fix === '' ? '' : `fix: ${finding.fix}`,
  ];
  const text = xml(details.filter((line) => line !== '').join('\n'));
  const body = failed
    ? `<failure type="${xml(`${code} ${kind}`)}" message="${xml(sentence(finding))}">${text}</failure>`
    : `<system-out>${text}</system-out>`;
  return { xml: testcase(resource, `${code} ${field === '' ? kind : field}`, body), failed, broken: false };
}

function ofWaived(finding: WaivedFinding): Case {
  const { code, kind, resource, field } = finding;
  const body = `<skipped message="${xml(`waived: ${waiverInWords(finding.waiver)}`)}"/>`;
  const name = `${code} ${field === '' ? kind : field}`;
  return { xml: testcase(resource, name, body), failed: false, broken: false, skipped: true };
}

function unread(report: Report): Case[] {
  const broken = groupDiagnostics(report.diagnostics).filter(({ severity }) => severity === 'error');
  const cases = broken.map((group, index) => {
    const text = xml(diagnosticInWords(group));
    return testcase(
      'not read',
      `${index + 1}`,
      `<error type="not read" message="${xml(group.message)}">${text}</error>`,
    );
  });
  if (!report.complete && cases.length === 0)
    cases.push(testcase('not read', '1', '<error type="not read" message="the run is incomplete"/>'));
  return cases.map((it) => ({ xml: it, failed: false, broken: true }));
}

function passed(report: Report): Case {
  const text = xml(examined(report).join('\n'));
  return {
    xml: testcase('mesh', 'nothing found', `<system-out>${text}</system-out>`),
    failed: false,
    broken: false,
  };
}
