import type { Message, Route } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import type { HttpRequest } from '../request.ts';

/** What a request asks to be switched to: `websocket`, `CONNECT`; undefined for a usual one (Http::Utility::isUpgrade). */
export function upgradeOf(request: HttpRequest): string | undefined {
  const [type] = request.headers.get('upgrade') ?? [];
  const tokens = (request.headers.get('connection') ?? []).join(',').split(',');
  const asks = tokens.some((it) => it.trim().toLowerCase() === 'upgrade');
  // Envoy's HTTP/1 codec drops the upgrade to HTTP/2, which it does not know.
  if (asks && type && type.toLowerCase() !== 'h2c') return type;
  return request.method === 'CONNECT' ? 'CONNECT' : undefined;
}

/**
 * Whether a connection manager lets a request switch protocols: what the route says of the type decides, else what the
 * manager says; what neither names is refused (HttpConnectionManagerConfig::createUpgradeFilterChain).
 */
export function allowsUpgrade(type: string, manager: Message, route: Route | undefined): boolean {
  return entryOf(type, route?.['route'])?.enabled ?? entryOf(type, manager)?.enabled ?? false;
}

/** The `upgrade_configs` entry of a type, whose case does not matter; it is enabled unless it says otherwise. */
function entryOf(type: string, holder: Message | undefined): { enabled: boolean } | undefined {
  const entry = objects(holder?.['upgrade_configs']).find(
    (it) => String(it['upgrade_type']).toLowerCase() === type.toLowerCase(),
  );
  return entry && { enabled: entry['enabled'] !== false };
}
