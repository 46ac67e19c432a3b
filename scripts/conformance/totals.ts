import type { Comparison, Difference } from '../../src/compare/types.ts';
import type { ResourceType } from '../../src/model/envoy.ts';
import { formatPath } from '../../src/model/json.ts';
import { type ProxyResult, resourceTypes } from './measure.ts';

export interface Figures {
  resources: number;
  /** Leaves compared or not. */
  leaves: number;
  notCompared: number;
  unexplained: number;
}

function figures(comparisons: readonly Comparison[]): Figures {
  const sum: Figures = { resources: 0, leaves: 0, notCompared: 0, unexplained: 0 };
  for (const { compared, notCompared, differences } of comparisons) {
    const skipped = [...notCompared.values()].reduce((a, b) => a + b, 0);
    sum.resources += compared.resources;
    sum.leaves += compared.leaves + skipped;
    sum.notCompared += skipped;
    sum.unexplained += differences.reduce((total, difference) => total + difference.leaves, 0);
  }
  return sum;
}

export function figuresByType(results: readonly ProxyResult[]): Record<ResourceType, Figures> {
  const of = (type: ResourceType) => figures(results.map((result) => result.byType[type]));
  return { cluster: of('cluster'), endpoint: of('endpoint'), listener: of('listener'), route: of('route') };
}

export function reasons(results: readonly ProxyResult[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const result of results)
    for (const type of resourceTypes)
      for (const [reason, count] of result.byType[type].notCompared) sum.set(reason, (sum.get(reason) ?? 0) + count);
  return sum;
}

/** Differences of one kind at one path (indexes and keys left out), with one of them as a sample. */
export interface Offender {
  pattern: string;
  count: number;
  leaves: number;
  proxies: number;
  sample: Difference;
  at: string;
}

export function offenders(results: readonly ProxyResult[]): Offender[] {
  const groups = new Map<string, Offender & { ids: Set<string> }>();
  for (const result of results)
    for (const type of resourceTypes)
      for (const difference of result.byType[type].differences) {
        const pattern = `${type} ${difference.kind} ${patternOf(difference)}`;
        const at = `${result.recording} ${result.proxy}`;
        const group = groups.get(pattern) ?? {
          pattern,
          count: 0,
          leaves: 0,
          proxies: 0,
          sample: difference,
          at,
          ids: new Set(),
        };
        group.count++;
        group.leaves += difference.leaves;
        group.ids.add(at);
        group.proxies = group.ids.size;
        groups.set(pattern, group);
      }
  return [...groups.values()].sort((a, b) => b.leaves - a.leaves);
}

function patternOf(difference: Difference): string {
  const path = difference.kind === 'missing' ? difference.expectedPath : difference.livePath;
  const text = formatPath(path.map((step) => (typeof step === 'number' ? '*' : step)));
  return text === '' ? '(whole resource)' : text.replaceAll('["*"]', '[*]').replaceAll('.*', '[*]');
}
