import { isObject } from '../model/json.ts';
import type { LiveProxy } from './types.ts';

/** Sets aside the route configurations that no active or warming listener asks for. */
export function setLeftoverRoutesAside(live: LiveProxy): void {
  const asked = new Set<string>();
  collectRouteNames(live.config.listeners, asked);
  collectRouteNames(warmingListeners(live), asked);
  const isLeft = ({ name }: { name: string }): boolean => !asked.has(name);
  for (const resource of live.config.routes.filter(isLeft))
    live.aside.push({ type: 'route', name: resource.name, why: 'leftoverRoute', resource });
  live.config.routes = live.config.routes.filter((route) => !isLeft(route));
}

/** Listeners that wait to serve: what they ask for is there already. */
export function warmingListeners(live: LiveProxy): object[] {
  return live.aside.filter(({ type, why }) => type === 'listener' && why === 'warming').map(({ resource }) => resource);
}

/** Names in each `rds` (or scoped `rds`) field of connection managers, wherever they stand. */
function collectRouteNames(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectRouteNames(item, into);
  if (!isObject(value)) return;
  if (typeof value['route_config_name'] === 'string') into.add(value['route_config_name']);
  for (const item of Object.values(value)) if (typeof item === 'object') collectRouteNames(item, into);
}
