import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { referenceKind, referenceNamespace } from '../registry/gateway-api/context.ts';
import type { GatewayApi } from '../registry/gateway-api/index.ts';
import { at, findingOf } from './finding.ts';
import { gatewaysOfIstio } from './gateway-api.ts';
import type { CompiledMesh, Rule } from './types.ts';

/**
 * Certificates of listeners of the Gateway API in another namespace that no ReferenceGrant there allows (istiod's
 * `SecretAllowed`).
 */
export const certificateRefused: Rule = {
  name: 'certificate-refused',
  codes: [codes.certificateRefused],
  find(mesh) {
    return gatewaysOfIstio(mesh.registry).flatMap(({ gateway, api }) =>
      objects(gateway.spec['listeners']).flatMap((listener, index) => ofListener(mesh, api, gateway, listener, index)),
    );
  },
};

function ofListener(
  mesh: CompiledMesh,
  api: GatewayApi,
  gateway: Resource,
  listener: JsonObject,
  index: number,
): Finding[] {
  const tls = isObject(listener['tls']) ? listener['tls'] : {};
  const options = isObject(tls['options']) ? tls['options'] : {};
  // Istiod asks for none where TLS is passed on, or the proxy's own certificate is used.
  const builtin = String(options['gateway.istio.io/tls-terminate-mode'] ?? '').startsWith('ISTIO_');
  if (tls['mode'] === 'Passthrough' || builtin) return [];
  const references = objects(tls['certificateRefs']);
  const others = references.some((it) => isAllowed(api, gateway, it));
  return references.flatMap((reference, position) => {
    if (isAllowed(api, gateway, reference)) return [];
    const own = gateway.metadata.namespace;
    const namespace = referenceNamespace(reference, own);
    const [group = '', kind] = kindOf(reference).split('/');
    return [
      findingOf(mesh, {
        code: codes.certificateRefused,
        kind: 'unresolved',
        severity: 'error',
        at: at(gateway, 'spec', 'listeners', index, 'tls', 'certificateRefs', position, 'namespace'),
        proxies: [],
        message: `has certificate ${namespace}/${String(reference['name'])}, and no ReferenceGrant of namespace ${namespace} allows it`,
        effect: others
          ? 'the listener is served with its other certificate alone.'
          : `the listener ${String(listener['name'])} has no certificate and is not served: connections to it fail.`,
        fix: `create a ReferenceGrant in ${namespace} with from: [{group: ${gateway.group}, kind: ${gateway.kind}, namespace: ${own}}] and to: [{group: "${group}", kind: ${kind}}].`,
      }),
    ];
  });
}

function isAllowed({ context }: GatewayApi, { group, kind, metadata }: Resource, reference: JsonObject): boolean {
  const own = metadata.namespace;
  const namespace = referenceNamespace(reference, own);
  const name = String(reference['name'] ?? '');
  return namespace === own || context.grants.allows(`${group}/${kind}`, own, kindOf(reference), namespace, name);
}

const kindOf = (reference: JsonObject): string => referenceKind(reference, '', 'Secret');
