import { load } from 'js-yaml';
import { isObject, type JsonObject } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { defaultProxyConfig, knownProxyConfig, mergeProxyConfig } from './mesh-defaults.ts';
import { podIps } from './pod-index.ts';
import { findContainer } from './pod-spec.ts';
import type { ProxyContext } from './proxy.ts';
import { effectiveProxyConfig } from './proxy-config.ts';

const metaPrefix = 'ISTIO_META_';
const metaJsonPrefix = 'ISTIO_METAJSON_';
const versionTag = /^v?(\d+\.\d+(?:\.\d+)?[^-]*)/;

/** Node metadata as pilot-agent reports it to istiod (pkg/bootstrap.GetNodeMetaData). */
export function nodeMetadata(
  pod: Resource,
  env: Record<string, string>,
  context: ProxyContext,
): Record<string, unknown> {
  const proxyConfig = reportedProxyConfig(pod, env, context);
  const metadata: Record<string, unknown> = {};
  if (isObject(proxyConfig['proxyMetadata'])) addPrefixed(metadata, proxyConfig['proxyMetadata']);
  addPrefixed(metadata, env);
  for (const [name, value] of Object.entries(env))
    if (name.startsWith(metaJsonPrefix)) Object.assign(metadata, parseObject(value));

  const { 'pod-template-hash': _hash, ...labels } = pod.metadata.labels;
  const staticLabels = parseObject(env['ISTIO_METAJSON_LABELS'] ?? '');
  const version = metadata['ISTIO_VERSION'] ?? imageVersion(pod) ?? context.istioVersion;
  return {
    ...metadata,
    NAME: pod.metadata.name,
    NAMESPACE: pod.metadata.namespace,
    SERVICE_ACCOUNT: pod.spec['serviceAccountName'] ?? '',
    NODE_NAME: pod.spec['nodeName'] ?? '',
    INSTANCE_IPS: podIps(pod).join(','),
    LABELS: { ...staticLabels, ...labels },
    ANNOTATIONS: { ...pod.metadata.annotations },
    ...(version ? { ISTIO_VERSION: version } : {}),
    PROXY_CONFIG: proxyConfig,
  };
}

/**
 * The ProxyConfig that pilot-agent works with (bootstrap.ConstructProxyConfig): defaults, then what injection wrote into
 * the variable PROXY_CONFIG, then the pod's annotation. A pod without the variable is given what injection would write.
 */
function reportedProxyConfig(pod: Resource, env: Record<string, string>, context: ProxyContext): JsonObject {
  const injected = env['PROXY_CONFIG'];
  if (injected === undefined) return effectiveProxyConfig(pod, context.resources, context.mesh);
  const annotation = pod.metadata.annotations['proxy.istio.io/config'];
  const version = imageVersion(pod) ?? context.istioVersion;
  const known = (config: Record<string, unknown>) => knownProxyConfig(config, version);
  return [injected, annotation]
    .filter((text) => text !== undefined)
    .reduce<JsonObject>((config, text) => mergeProxyConfig(config, known(parseObject(text))), defaultProxyConfig());
}

function addPrefixed(metadata: Record<string, unknown>, variables: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(variables))
    if (name.startsWith(metaPrefix) && value !== '') metadata[name.slice(metaPrefix.length)] = value;
}

/** The version in the tag of the proxy's image, where it has one. */
function imageVersion(pod: Resource): string | undefined {
  const image = findContainer(pod.spec, 'istio-proxy')?.['image'];
  const tag = typeof image === 'string' ? /:([^:/@]+)(?:@|$)/.exec(image)?.[1] : undefined;
  return tag === undefined ? undefined : versionTag.exec(tag)?.[1];
}

/** A YAML or JSON mapping, or {} where the text is something else. */
function parseObject(text: string): Record<string, unknown> {
  try {
    const value = text.trim() === '' ? {} : load(text);
    return isObject(value) ? value : {};
  } catch {
    // pilot-agent logs and goes on without it.
    return {};
  }
}
