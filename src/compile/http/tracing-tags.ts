import type { Message } from '../../model/envoy.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import { derive } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';

/** Where the tags of a connection manager's spans come from. */
export interface TagSources {
  /** Whether Istio's own tags are written. */
  istioTags: boolean;
  /** `customTags` of a Telemetry; where there are any, those of the ProxyConfig do not count. */
  fromTelemetry?: JsonObject | undefined;
  /** `ProxyConfig.tracing`. */
  fromProxyConfig: JsonObject;
}

/** The `custom_tags` of a connection manager's tracing, in the order of their names (istiod's `configureCustomTags`). */
export function customTags(proxy: Proxy, sources: TagSources): Message[] {
  const tags: Message[] = sources.istioTags ? [...serviceTags(proxy), ...dryRunTags()] : [];
  const own = sources.fromTelemetry ?? {};
  if (Object.keys(own).length > 0) tags.push(...configuredTags(own, supportsFormatter(proxy)));
  else if (isObject(sources.fromProxyConfig['customTags']))
    tags.push(...configuredTags(sources.fromProxyConfig['customTags'] as JsonObject, false));
  return tags.sort((a, b) => (a['tag'] < b['tag'] ? -1 : a['tag'] > b['tag'] ? 1 : 0));
}

/** Who the proxy is (`buildServiceTags`). */
function serviceTags(proxy: Proxy): Message[] {
  const values: Record<string, string> = {
    'istio.canonical_revision': proxy.labels['service.istio.io/canonical-revision'] || 'latest',
    'istio.canonical_service': proxy.labels['service.istio.io/canonical-name'] || 'unknown',
    'istio.mesh_id': proxy.meshId || 'unknown',
    'istio.namespace': proxy.namespace || 'default',
    'istio.cluster_id': proxy.clusterId || 'unknown',
  };
  return Object.entries(values).map(([tag, value]) => derive({ tag, literal: { value } }, proxy.pod));
}

/** What dry-run authorization policies would have decided. */
function dryRunTags(): Message[] {
  return ['allow', 'deny'].flatMap((action) => [
    dryRunTag(`${action}_policy.name`, `istio_dry_run_${action}_shadow_effective_policy_id`),
    dryRunTag(`${action}_policy.result`, `istio_dry_run_${action}_shadow_engine_result`),
  ]);
}

function dryRunTag(name: string, key: string): Message {
  return {
    tag: `istio.authorization.dry_run.${name}`,
    metadata: { kind: { request: {} }, metadata_key: { key: 'envoy.filters.http.rbac', path: [{ key }] } },
  };
}

/** `formatter` tags need a proxy of 1.29 or later. */
function supportsFormatter(proxy: Proxy): boolean {
  const minor = /^1\.(\d+)/.exec(proxy.istioVersion)?.[1];
  return minor === undefined || Number(minor) >= 29;
}

function configuredTags(tags: JsonObject, formatter: boolean): Message[] {
  const built: Message[] = [];
  for (const [tag, config] of Object.entries(tags)) {
    if (!isObject(config)) continue;
    const source: Source = [tags, tag];
    const named = (value: Record<string, unknown>): Message => ({
      name: value['name'],
      ...(value['defaultValue'] ? { default_value: value['defaultValue'] } : {}),
    });
    if (isObject(config['environment'])) built.push(derive({ tag, environment: named(config['environment']) }, source));
    else if (isObject(config['header'])) built.push(derive({ tag, request_header: named(config['header']) }, source));
    else if (isObject(config['literal']))
      built.push(derive({ tag, literal: { value: config['literal']['value'] } }, source));
    else if (isObject(config['formatter']) && formatter)
      built.push(derive({ tag, value: config['formatter']['value'] }, source));
  }
  return built;
}
