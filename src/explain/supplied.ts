import type { Message, ProxyConfig } from '../model/envoy.ts';
import { objects, type Path } from '../model/json.ts';
import type { ServedConfig } from './cluster.ts';
import type { Hop } from './hop.ts';

/** A secret of SDS that a TLS context names. */
interface Named {
  name: string;
  /** Where its name stands, below the `common_tls_context`. */
  path: Path;
}

/** The secrets of SDS that a TLS context names: certificates, of which one is enough, and what it validates with. */
interface Secrets {
  certificates: readonly Named[];
  validation: readonly Named[];
}

const known = new WeakMap<Message, Secrets>();

/** What a `common_tls_context` asks of SDS. */
function secretsOf(common: Message): Secrets {
  let secrets = known.get(common);
  if (!secrets) {
    const certificates = objects(common['tls_certificate_sds_secret_configs']).map((it, index) => ({
      name: String(it['name'] ?? ''),
      path: ['tls_certificate_sds_secret_configs', index, 'name'],
    }));
    const places: Path[] = [
      ['validation_context_sds_secret_config'],
      ['combined_validation_context', 'validation_context_sds_secret_config'],
    ];
    const validation = places.flatMap((path) => {
      const config = path.reduce<Message | undefined>((value, key) => value?.[key], common);
      return config ? [{ name: String(config['name'] ?? ''), path: [...path, 'name'] }] : [];
    });
    secrets = { certificates, validation };
    known.set(common, secrets);
  }
  return secrets;
}

/**
 * The secret for want of which a TLS context cannot be used, if there is one: all its certificates are missing, or what it
 * validates with is (Envoy's `ContextConfigImpl::isReady`). Until it comes each connection has a `NotReadySslSocket`.
 */
export function missingSecret(config: ServedConfig | ProxyConfig, common: Message): Named | undefined {
  const missing = (config as ServedConfig).missingSecrets;
  if (!missing || missing.size === 0) return undefined;
  const isMissing = ({ name }: Named): boolean => missing.has(name);
  const { certificates, validation } = secretsOf(common);
  return certificates.every(isMissing) ? (certificates[0] ?? validation.find(isMissing)) : validation.find(isMissing);
}

/** Whether a TLS context of a way names a secret that istiod makes of a Kubernetes Secret (`credentialName`). */
export function usesCredentials(hop: Hop): boolean {
  return hop.contexts.some((common) => {
    const { certificates, validation } = secretsOf(common);
    return [...certificates, ...validation].some(({ name }) => /^(kubernetes(-gateway)?|configmap):/.test(name));
  });
}

/** Why a secret of that name has not come, for people. */
export function missingWords(name: string): string {
  const shown = name.replace(/^[a-z-]+:\/\//, '');
  const why = shown === name ? '' : ': istiod has not sent it: it does not exist or may not be read';
  return `waits for secret ${shown}${why}`;
}
