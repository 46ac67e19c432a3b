import { type Behaviour, behaviour } from '../../model/istio-version.ts';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Source } from '../../model/provenance.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { MeshConfig, Registry, SidecarScope } from '../../registry/types.ts';
import { nodeMetadata } from '../node-metadata.ts';

/** Client certificates that a proxy brings along as files (`ISTIO_META_TLS_CLIENT_*`). */
interface MetadataCertificates {
  certChain: string;
  key: string;
  rootCert: string;
}

/** What all clusters of one proxy are built from (istiod's `ClusterBuilder`). */
export interface ClusterContext {
  proxy: Proxy;
  registry: Registry;
  scope: SidecarScope;
  mesh: MeshConfig;
  behaviour: Behaviour;
  /** HTTP/1 headers keep their case, and the setting that says so. */
  preserveHeaderCase: boolean;
  preserveHeaderCaseSource: Source;
  certificates?: MetadataCertificates;
}

export function clusterContext(proxy: Proxy, registry: Registry): ClusterContext {
  const headers = proxy.proxyConfig['proxyHeaders'];
  const certChain = nodeMetadata(proxy, 'TLS_CLIENT_CERT_CHAIN');
  return {
    proxy,
    registry,
    scope: registry.sidecarScope(proxy),
    mesh: registry.mesh,
    behaviour: behaviour(registry),
    preserveHeaderCase: isObject(headers) && headers['preserveHttp1HeaderCase'] === true,
    preserveHeaderCaseSource: isObject(headers) ? [headers, 'preserveHttp1HeaderCase'] : undefined,
    certificates:
      certChain === ''
        ? undefined
        : {
            certChain,
            key: nodeMetadata(proxy, 'TLS_CLIENT_KEY'),
            rootCert: nodeMetadata(proxy, 'TLS_CLIENT_ROOT_CERT'),
          },
  };
}

/** A message of a config, or undefined for what is none. */
export function messageOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? (value as JsonObject) : undefined;
}

/** A number of a config that counts only when positive: Istio cannot tell 0 from unset. */
export function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 0 ? number : undefined;
}
