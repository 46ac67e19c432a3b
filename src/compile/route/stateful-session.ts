import type { Message } from '../../model/envoy.ts';
import { deriveField } from '../../model/provenance.ts';
import type { Registry, Service } from '../../registry/types.ts';
import { any } from '../http/typed-config.ts';

const filterName = 'envoy.filters.http.stateful_session';

/**
 * The persistent session that a Service's label asks for (istiod's `MaybeBuildStatefulSessionFilterConfig`), as an entry
 * of `typed_per_filter_config`; undefined without label, or where istiod has the feature off.
 */
export function statefulSessionOverride(registry: Registry, service: Service | undefined): Message | undefined {
  const { environment } = registry;
  if (!service || !environment.flag('PILOT_ENABLE_PERSISTENT_SESSION_FILTER', false)) return undefined;
  const cookieLabel = environment.text('PILOT_PERSISTENT_SESSION_LABEL', 'istio.io/persistent-session');
  const headerLabel = environment.text('PILOT_PERSISTENT_SESSION_HEADER_LABEL', 'istio.io/persistent-session-header');
  const state = sessionState(service.labels[cookieLabel] ?? '', service.labels[headerLabel] ?? '');
  if (!state) return undefined;
  const entry = {
    [filterName]: any('envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute', {
      stateful_session: { session_state: state },
    }),
  };
  const label = service.labels[cookieLabel] ? cookieLabel : headerLabel;
  return deriveField(entry, filterName, { resource: service.resource, path: ['metadata', 'labels', label] });
}

function sessionState(cookie: string, header: string): Message | undefined {
  const prefix = 'envoy.extensions.http.stateful_session';
  if (cookie !== '') {
    const colon = cookie.indexOf(':');
    const name = colon < 0 ? cookie : cookie.slice(0, colon);
    const path = colon < 0 ? '/' : cookie.slice(colon + 1);
    return {
      name: 'envoy.http.stateful_session.cookie',
      typed_config: any(`${prefix}.cookie.v3.CookieBasedSessionState`, { cookie: { name, path } }),
    };
  }
  if (header === '') return undefined;
  return {
    name: 'envoy.http.stateful_session.header',
    typed_config: any(`${prefix}.header.v3.HeaderBasedSessionState`, { name: header }),
  };
}
