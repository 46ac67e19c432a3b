import type { ClusterState } from '../../model/cluster-state.ts';
import { formatPath } from '../../model/json.ts';
import { type Location, resourceName } from '../../model/resource.ts';
import type { Desired } from '../desired/index.ts';
import { judgedKind } from '../drift/judged-kinds.ts';
import { type ObjectDrift, objectDrifts } from '../drift/objects.ts';
import { unackedTypes } from '../drift/sync.ts';
import { readSyncz } from '../drift/syncz.ts';
import type { SideReport } from './side.ts';

/** One difference between Git and the cluster that may be why the two sides disagree. */
export interface Cause {
  message: string;
  resource: string;
  location: Location | null;
}

/** What of a side a client and its proxy can see. */
const visible = [
  'kind',
  'status',
  'flag',
  'virtualHost',
  'route',
  'clusters',
  'rewrittenPath',
  'rewrittenHost',
  'location',
  'timeout',
  'retries',
  'headers',
  'mirrors',
] as const satisfies readonly (keyof SideReport)[];

/** How it ends: one side may not be able to tell, which is no difference. */
const end: readonly string[] = ['kind', 'status', 'flag'];

/** Whether a request goes alike on both sides, as far as a client and its proxy can see. */
export function agree(a: SideReport, b: SideReport): boolean {
  const told = a.kind !== 'open' && b.kind !== 'open';
  const fields = visible.filter((field) => told || !end.includes(field));
  const seen = (side: SideReport): string => JSON.stringify(fields.map((field) => side[field]));
  return seen(a) === seen(b);
}

/** Why two sides disagree: drift of the objects that decide on either side, else all drift, and proxies that are behind. */
export function causes(state: ClusterState, git: Desired, expected: SideReport, live: SideReport): Cause[] {
  const all = objectDrifts(git.resources.filter(judgedKind), state.resources.filter(judgedKind), git.owns);
  const named = new Set(
    [expected, live].flatMap((side) =>
      [side, ...side.inbound].flatMap((hop) => [
        ...hop.decidedBy.map((it) => it.resource),
        ...hop.lost.map((it) => it.resource ?? ''),
      ]),
    ),
  );
  const deciding = all.filter((it) => named.has(nameOf(it)));
  const found = (deciding.length > 0 ? deciding : all).flatMap(causesOf);
  const rows = new Map(state.istiods.flatMap((it) => [...readSyncz(it.syncz)]));
  for (const proxy of new Set([live.proxy, ...live.inbound.map((it) => it.proxy)])) {
    const behind = unackedTypes(rows.get(proxy) ?? {});
    if (behind.length > 0)
      found.push({
        message: `${proxy} has not acknowledged its ${behind.join(' and ')}: what it holds is older`,
        resource: `Pod ${proxy}`,
        location: null,
      });
  }
  return found;
}

function nameOf(drift: ObjectDrift): string {
  return resourceName(drift.kind === 'unmanaged' ? drift.live : drift.git);
}

function causesOf(drift: ObjectDrift): Cause[] {
  const resource = nameOf(drift);
  if (drift.kind === 'unmanaged')
    return [{ message: `${resource} is in the cluster and not in Git`, resource, location: null }];
  const whole = drift.git.locate([]) ?? null;
  if (drift.kind === 'not-applied')
    return [{ message: `${resource} is in Git and not in the cluster`, resource, location: whole }];
  return drift.differences
    .filter((it) => !it.weak)
    .map(({ path, expected, live }) => ({
      message: `${resource} ${formatPath(path)}: Git ${shown(expected)}, cluster ${shown(live)}`,
      resource,
      location: drift.git.locate(path) ?? null,
    }));
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
