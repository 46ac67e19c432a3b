import { isObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import type { ChangedObject } from './hazards.ts';

/**
 * Changed objects in groups that share no host, so that what one of them lacks on the way another group cannot give: each
 * can be rolled out for itself. In doubt two objects are of one group: hosts with one first label are taken for one, and a
 * kind that acts by workloads or namespaces is tied to all others.
 */
export function independentGroups(changed: readonly ChangedObject[]): ChangedObject[][] {
  const gateways = changed.some(({ resource }) => resource.kind === 'Gateway');
  const ties = changed.map(({ resource, former }) => tiesOf([resource, former], gateways));
  if (ties.some((it) => it === undefined)) return [[...changed]];
  let groups: { objects: ChangedObject[]; ties: Set<string> }[] = [];
  for (const [index, object] of changed.entries()) {
    const own = ties[index] ?? new Set();
    const joined = groups.filter((it) => [...own].some((tie) => it.ties.has(tie)));
    const rest = groups.filter((it) => !joined.includes(it));
    groups = [
      ...rest,
      {
        objects: [...joined.flatMap(({ objects }) => objects), object],
        ties: new Set([...joined.flatMap((it) => [...it.ties]), ...own]),
      },
    ];
  }
  const place = new Map(changed.map((it, index) => [it, index]));
  const at = (object: ChangedObject | undefined): number => (object && place.get(object)) ?? 0;
  for (const { objects } of groups) objects.sort((a, b) => at(a) - at(b));
  return groups.map(({ objects }) => objects).sort((a, b) => at(a[0]) - at(b[0]));
}

/** What an object has to do with others by; undefined: with all. */
function tiesOf(states: readonly (Resource | undefined)[], gateways: boolean): Set<string> | undefined {
  const ties = new Set<string>();
  for (const resource of states) {
    if (!resource) continue;
    const { group, kind, metadata, spec } = resource;
    if (group === '' && kind === 'Service') ties.add(`host ${metadata.name}`).add('listeners');
    else if (
      group === 'networking.istio.io' &&
      /^(?:VirtualService|DestinationRule|ServiceEntry|Gateway)$/.test(kind)
    ) {
      const names = namesIn(spec);
      if (names === undefined) return undefined;
      for (const name of names) ties.add(`host ${name.split('.')[0]?.toLowerCase()}`);
      if (kind === 'ServiceEntry' || spec['tcp'] !== undefined || spec['tls'] !== undefined) ties.add('listeners');
      // Which routes a Gateway has is told by its name and by the hosts of its servers.
      if (gateways && (kind === 'Gateway' || spec['gateways'] !== undefined)) ties.add('gateways');
    } else return undefined;
  }
  return ties;
}

/** All hosts that a value names; undefined where one is a wildcard, or another object is named that has more. */
function namesIn(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return all(value.map(namesIn));
  if (!isObject(value)) return [];
  return all(
    Object.entries(value).map(([field, inner]) => {
      if (field === 'delegate') return undefined;
      const hosts = /^(?:host|hosts|sniHosts)$/.test(field)
        ? [inner].flat().filter((it) => typeof it === 'string')
        : [];
      if (hosts.some((it) => it.includes('*'))) return undefined;
      const rest = namesIn(inner);
      return rest && [...hosts.map((it) => it.replace(/^.*\//, '')), ...rest];
    }),
  );
}

function all(lists: readonly (string[] | undefined)[]): string[] | undefined {
  return lists.every((it) => it !== undefined) ? lists.flat() : undefined;
}
