import { providerNames } from '../compile/http/telemetry.ts';
import { externalAuthorization } from '../compile/security/authorization/external.ts';
import { providerOf } from '../compile/security/authorization/policies.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import type { Registry } from '../registry/types.ts';
import { at, findingOf } from './finding.ts';
import { selectedProxies } from './selected-proxies.ts';
import type { CompiledMesh, Rule } from './types.ts';

const parts = ['accessLogging', 'metrics', 'tracing'] as const;

/**
 * Providers that `MeshConfig.extensionProviders` does not have, or whose service does not exist: istiod lets the rules of a
 * CUSTOM AuthorizationPolicy deny then, and leaves a Telemetry's provider out.
 */
export const unknownProvider: Rule = {
  name: 'unknown-provider',
  codes: [codes.unknownProvider],
  find(mesh) {
    const { registry } = mesh;
    if (!meshConfigKnown(registry)) return [];
    return [
      ...registry.resources('AuthorizationPolicy').flatMap((policy) => ofPolicy(mesh, policy)),
      ...registry.resources('Telemetry').flatMap((telemetry) => ofTelemetry(mesh, telemetry)),
    ];
  },
};

/** Without the mesh's config nothing can be said of its providers. */
export function meshConfigKnown({ mesh, resources }: Registry): boolean {
  const names = objects(mesh['extensionProviders']).map(({ name }) => String(name));
  const own = names.some((name) => !['prometheus', 'stackdriver', 'envoy'].includes(name));
  return own || resources('ConfigMap').some(({ metadata }) => /^istio(-|$)/.test(metadata.name));
}

function ofPolicy(mesh: CompiledMesh, policy: Resource): Finding[] {
  if (policy.spec['action'] !== 'CUSTOM') return [];
  const selected = selectedProxies(policy, mesh.registry);
  if (selected?.length === 0) return [];
  const name = providerOf(policy);
  if (externalAuthorization(name, mesh.registry)) return [];
  return [
    findingOf(mesh, {
      code: codes.unknownProvider,
      kind: 'unresolved',
      severity: 'error',
      at: at(policy, 'spec', 'provider', 'name'),
      proxies: (selected ?? []).filter((proxy) => mesh.proxies.includes(proxy)),
      message: `asks provider ${name}, ${whyUnusable(mesh.registry, name)}`,
      effect: 'istiod lets the policy deny instead: requests that meet its rules get 403.',
      fix: fixFor(mesh.registry, name),
    }),
  ];
}

function ofTelemetry(mesh: CompiledMesh, telemetry: Resource): Finding[] {
  const known = namesOf(mesh.registry).map((name) => name.toLowerCase());
  return parts.flatMap((part) =>
    objects(telemetry.spec[part]).flatMap((item, index) =>
      providerNames(item).flatMap((name, position) => {
        if (known.includes(name.toLowerCase())) return [];
        return [
          findingOf(mesh, {
            code: codes.unknownProvider,
            kind: 'unresolved',
            severity: 'warning',
            at: at(telemetry, 'spec', part, index, 'providers', position, 'name'),
            proxies: (selectedProxies(telemetry, mesh.registry) ?? []).filter((it) => mesh.proxies.includes(it)),
            message: `names provider ${name}, ${whyUnusable(mesh.registry, name)}`,
            effect: `nothing is sent to it: istiod leaves it out of ${part}.`,
            fix: fixFor(mesh.registry, name),
          }),
        ];
      }),
    ),
  );
}

function namesOf({ mesh }: Registry): string[] {
  return objects(mesh['extensionProviders']).map(({ name }) => String(name ?? ''));
}

function whyUnusable(registry: Registry, name: string): string {
  const found = objects(registry.mesh['extensionProviders']).filter((it) => it['name'] === name);
  const [provider] = found;
  if (!provider) return 'which the mesh config does not have';
  if (found.length > 1) return 'which the mesh config has twice';
  const settings: unknown = Object.values(provider).find(isObject);
  const service = isObject(settings) ? settings['service'] : undefined;
  if (!provider['envoyExtAuthzHttp'] && !provider['envoyExtAuthzGrpc']) return 'which authorizes nothing';
  const host = typeof service === 'string' ? (service.split('/').at(-1) ?? '') : '';
  if (registry.serviceByHostname(host).length === 0) return `whose service ${String(service)} does not exist`;
  return 'which istiod cannot use as it is written';
}

function fixFor(registry: Registry, name: string): string {
  const near = namesOf(registry).filter(
    (it) => it.toLowerCase().replace(/[^a-z0-9]/g, '') === name.toLowerCase().replace(/[^a-z0-9]/g, ''),
  );
  return near.length > 0 && !near.includes(name)
    ? `write ${near[0]}.`
    : `correct extensionProviders of the mesh config${namesOf(registry).includes(name) ? '' : ', or name one of its providers'}.`;
}
