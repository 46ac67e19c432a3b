import type { Message } from '../../model/envoy.ts';
import { deriveField } from '../../model/provenance.ts';
import { Unknown } from '../../model/unknown.ts';
import type { Registry } from '../../registry/types.ts';
import { envoyDuration } from '../duration.ts';
import { providerCluster } from '../http/provider-cluster.ts';
import type { JwtRule } from './request-authentication.ts';

type FetchMode = 'istiod' | 'hybrid' | 'envoy';

/**
 * Where a provider's keys come from: inline, fetched by Envoy itself (if istiod is told so), or fetched by istiod, whose
 * answer cannot be known from the config (istiod's `convertToEnvoyJwtConfig`, `BuildLocalJwks`).
 *
 * @param provider the message that the fields go to; it gets their origins
 */
export function jwksSource(rule: JwtRule, provider: Message, registry: Registry): Message {
  const mode = fetchMode(registry);
  if (mode !== 'istiod' && rule.jwksUri) {
    const cluster = remoteCluster(rule.jwksUri, registry, mode);
    if (cluster !== undefined) {
      deriveField(provider, 'remote_jwks', [rule, 'jwksUri']);
      const uri: Message = { uri: rule.jwksUri, cluster, timeout: envoyDuration(rule.timeout) ?? '5s' };
      if (rule.timeout) deriveField(uri, 'timeout', [rule, 'timeout']);
      return { remote_jwks: { http_uri: uri, cache_duration: '300s' } };
    }
  } else if (rule.jwks) {
    deriveField(provider, 'local_jwks', [rule, 'jwks']);
    return { local_jwks: { inline_string: rule.jwks } };
  }
  deriveField(provider, 'local_jwks', [rule, rule.jwksUri ? 'jwksUri' : 'issuer']);
  const from = rule.jwksUri || `the OpenID configuration of ${rule.issuer ?? ''}`;
  return { local_jwks: { inline_string: new Unknown(`keys that istiod fetches from ${from}`) } };
}

/** PILOT_JWT_ENABLE_REMOTE_JWKS */
function fetchMode(registry: Registry): FetchMode {
  switch (registry.environment.text('PILOT_JWT_ENABLE_REMOTE_JWKS', 'false')) {
    case 'hybrid':
    case 'true':
      return 'hybrid';
    case 'envoy':
      return 'envoy';
    default:
      return 'istiod';
  }
}

/** The cluster of a service of the mesh; in mode `envoy` also of one that does not exist. */
function remoteCluster(uri: string, registry: Registry, mode: FetchMode): string | undefined {
  const [, scheme, host = '', port] = /^(https?):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/i.exec(uri) ?? [];
  const hostname = host.replace(/^\[|\]$/g, '');
  const number = scheme === undefined ? 0 : port ? Number(port) : scheme.toLowerCase() === 'https' ? 443 : 80;
  const known = providerCluster(registry, hostname, number);
  if (known) return known.cluster;
  return mode === 'envoy' ? `outbound|${number}||${hostname}` : undefined;
}
