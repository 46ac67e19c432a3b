import type { Finding, Severity } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import type { Location } from '../model/resource.ts';
import { ruleHelp } from '../model/rule-help.ts';
import type { WaivedBy } from '../model/waiver.ts';
import { diagnosticInWords, groupDiagnostics } from './diagnostics.ts';
import { fingerprints } from './fingerprints.ts';
import { placeOf, sentence } from './place.ts';
import { plain } from './plain.ts';
import type { Reporter } from './types.ts';

const levels: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };
const root = '%SRCROOT%';
const repository = 'https://github.com/kubectl-mesh/kubectl-mesh';
/** Code scanning refuses a run with more. */
const most = 25_000;

/** SARIF 2.1.0 (OASIS), as GitHub's and other tools' code scanning read it. */
export const sarif: Reporter = (report, { page }) => {
  const entries = all(report);
  const rules = [...new Set(entries.map(({ finding }) => finding.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            semanticVersion: report.tool.version,
            informationUri: repository,
            rules: rules.map((code) => rule(code, page?.(code))),
          },
        },
        // One category for each cluster: the results of one never take the place of another's.
        automationDetails: { id: `kubectl-mesh/${report.tool.command}/${clusterOf(report)}` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [root]: { description: { text: 'The root of the repository.' } } },
        invocations: [{ executionSuccessful: report.complete, toolExecutionNotifications: notifications(report) }],
        results: results(entries, rules),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};

interface Baselined {
  finding: Finding;
  state?: 'new' | 'unchanged' | 'absent';
  /** What keeps it from counting. */
  waiver?: WaivedBy;
}

/** Of a review what it introduces, leaves and fixes, each with its state, as SARIF has words for them. */
function all({ findings, waived, review }: Report): Baselined[] {
  const suppressed = waived.map((finding) => ({ finding, waiver: finding.waiver }));
  if (review === undefined) return [...findings.map((finding) => ({ finding })), ...suppressed];
  return [
    ...suppressed,
    ...findings.map((finding) => ({ finding, state: 'new' as const })),
    ...review.unchanged.map((finding) => ({ finding, state: 'unchanged' as const })),
    ...review.fixed.map((finding) => ({ finding, state: 'absent' as const })),
  ];
}

function clusterOf({ cluster }: Report): string {
  return cluster.context === undefined ? '' : `${cluster.context.replace(/[^\w.:@-]+/g, '-')}/`;
}

function results(entries: readonly Baselined[], rules: readonly string[]): unknown[] {
  const ids = fingerprints(entries.map(({ finding }) => finding));
  return entries.slice(0, most).map(({ finding, state, waiver }, index) => {
    const related = finding.related.filter((it) => it.location !== undefined);
    return {
      ruleId: finding.code,
      ruleIndex: rules.indexOf(finding.code),
      level: levels[finding.severity],
      message: {
        text: text([
          sentence(finding),
          finding.effect && `Effect: ${finding.effect}`,
          finding.fix && `Fix: ${finding.fix}`,
        ]),
      },
      locations: [location(finding)],
      ...(related.length === 0
        ? {}
        : {
            relatedLocations: related.map((it, id) => ({
              id,
              message: { text: plain(it.message) },
              physicalLocation: physical(it.location as Location),
            })),
          }),
      partialFingerprints: { 'meshFinding/v1': ids[index] },
      ...(state === undefined ? {} : { baselineState: state }),
      ...(waiver === undefined ? {} : { suppressions: [suppression(waiver)] }),
      properties: {
        kind: finding.kind,
        layer: finding.layer,
        proxies: finding.proxies,
        ...(finding.clusters ? { clusters: finding.clusters } : {}),
        expected: finding.expected ?? null,
        live: finding.live ?? null,
      },
    };
  });
}

/** A comment stands in the source, a rule of the project file beside it. */
function suppression({ source, reason, until, location: at }: WaivedBy): unknown {
  return {
    kind: source === 'comment' ? 'inSource' : 'external',
    status: 'accepted',
    justification: plain(until === undefined ? reason : `${reason} (until ${until})`),
    ...(at === undefined ? {} : { location: { physicalLocation: physical(at) } }),
  };
}

function location(finding: Finding): unknown {
  const name = plain(finding.field === '' ? finding.resource : `${finding.resource} ${finding.field}`);
  return {
    physicalLocation: finding.location
      ? physical(finding.location)
      : { artifactLocation: { uri: uri(placeOf(finding).path), description: { text: 'No file holds this object.' } } },
    logicalLocations: [{ fullyQualifiedName: name, kind: 'object' }],
  };
}

function physical({ file, line, column }: Location): unknown {
  const { path } = placeOf({ location: { file, line, column } } as Finding);
  return {
    artifactLocation: { uri: uri(path), uriBaseId: root },
    region: { startLine: line, startColumn: column },
  };
}

/** A relative reference of RFC 3986: each segment encoded, so that none is taken for a scheme. */
function uri(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join('/');
}

/** A rule, with its documentation page as help where it is at hand. */
function rule(code: string, page: string | undefined): unknown {
  const { name, summary } = ruleHelp(code);
  const help = page ?? `${summary} kubectl mesh explain ${code} says more.`;
  return {
    id: code,
    name: `${name[0]?.toUpperCase()}${name.slice(1)}`,
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    help: { text: help, markdown: help.replace(/\]\((MESH\d{4}\.md)\)/g, `](${repository}/blob/main/docs/rules/$1)`) },
    helpUri: `${repository}/blob/main/docs/rules/${code}.md`,
  };
}

function notifications(report: Report): unknown[] {
  const left = all(report).length - most;
  const said = groupDiagnostics(report.diagnostics).map((group) => ({
    level: levels[group.severity],
    message: { text: plain(diagnosticInWords(group)) },
  }));
  if (left <= 0) return said;
  const text = `${left} results are left out: code scanning takes ${most} in a run. -o json has all.`;
  return [{ level: 'warning', message: { text } }, ...said];
}

/** A plain text message of SARIF: `[text](target)` would be read as a link. */
function text(sentences: readonly string[]): string {
  return sentences
    .filter((it) => it !== '')
    .map((it) => (/[.!?]$/.test(it) ? plain(it) : `${plain(it)}.`))
    .join(' ')
    .replaceAll('](', '] (');
}
