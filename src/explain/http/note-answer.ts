import type { Hop } from '../hop.ts';
import type { FilterWalk } from './filters.ts';
import type { RouteFound } from './route-table.ts';

/** Where a filter answers by what the route says of it (a fault, CORS), the route decides: that is noted in the hop. */
export function noteAnswer(hop: Hop, { route }: RouteFound, { outcome, verdicts }: FilterWalk): void {
  const last = verdicts.at(-1);
  if (!outcome || last?.verdict !== 'answered' || !hop.config || !hop.routePath) return;
  if (!route?.['typed_per_filter_config']?.[last.filter]) return;
  const path = [...hop.routePath, 'typed_per_filter_config', last.filter];
  hop.decidedBy.push({ root: hop.config, path, what: `route ${route.name ?? hop.routePath.at(-1)}: ${last.words}` });
}
