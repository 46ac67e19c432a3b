import type { Finding, Severity } from '../../model/finding.ts';
import type { ReportedProxy } from '../../model/report.ts';
import { html, type Markup } from './escape.ts';

const rowHeight = 22;
const width = 960;
const most = 40;
const rank: Record<Severity, number> = { error: 3, warning: 2, info: 1 };

/**
 * Which objects affect which workloads: objects at the left, workloads at the right, a line for each pair in the colour of
 * its worst finding. No more than forty on a side; what is left out is counted.
 */
export function graph(findings: readonly Finding[], proxies: ReadonlyMap<string, ReportedProxy>): Markup | undefined {
  const edges = new Map<string, { object: string; workload: string; severity: Severity }>();
  for (const { resource, proxies: ids, severity } of findings) {
    for (const id of ids) {
      const workload = workloadOf(id, proxies);
      const key = `${resource}\n${workload}`;
      const edge = edges.get(key);
      if (edge === undefined || rank[severity] > rank[edge.severity])
        edges.set(key, { object: resource, workload, severity });
    }
  }
  if (edges.size === 0) return undefined;
  const all = [...edges.values()];
  const objects = [...new Set(all.map((edge) => edge.object))];
  const workloads = [...new Set(all.map((edge) => edge.workload))].sort();
  const left = positions(objects);
  const right = positions(workloads);
  const height = Math.max(left.size, right.size) * rowHeight + 10;
  const lines = all.flatMap(({ object, workload, severity }) => {
    const [from, to] = [left.get(object), right.get(workload)];
    if (from === undefined || to === undefined) return [];
    const path = `M 400 ${from} C 480 ${from}, 500 ${to}, 580 ${to}`;
    return [html`<path class="${severity}" d="${path}"><title>${object} affects ${workload}</title></path>`];
  });
  const missing = objects.length - left.size + (workloads.length - right.size);
  return html`<div class="wrap"><svg role="img" aria-label="Objects and the workloads that they affect" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${lines}${labels(left, 'end', 392)}${labels(right, 'start', 588)}</svg></div>${missing > 0 ? html`<p class="note">${missing} more are not drawn; the table has all.</p>` : ''}`;
}

/** The workload of a proxy as `namespace/name`; the pod's own name where it is not known. */
function workloadOf(id: string, proxies: ReadonlyMap<string, ReportedProxy>): string {
  const workload = proxies.get(id)?.workload;
  return workload ? `${id.slice(0, id.indexOf('/'))}/${workload}` : id;
}

function positions(names: readonly string[]): Map<string, number> {
  return new Map(names.slice(0, most).map((name, index) => [name, index * rowHeight + 18]));
}

function labels(places: ReadonlyMap<string, number>, anchor: string, x: number): Markup[] {
  return [...places].map(([name, y]) => {
    const short = name.length > 52 ? `${name.slice(0, 51)}…` : name;
    return html`<text x="${x}" y="${y + 4}" text-anchor="${anchor}">${short}<title>${name}</title></text>`;
  });
}
