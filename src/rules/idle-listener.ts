import { listenerPorts, selectedGateways } from '../compile/gateway/selection.ts';
import { codes } from '../model/codes.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, type JsonObject, objects, type Path } from '../model/json.ts';
import type { Resource } from '../model/resource.ts';
import { internalSuffix, referenceKind, referenceNamespace } from '../registry/gateway-api/context.ts';
import { isManaged } from '../registry/gateway-api/gateway.ts';
import type { GatewayApi } from '../registry/gateway-api/index.ts';
import { collides } from '../registry/gateway-api/listener-conflict.ts';
import { at, findingOf } from './finding.ts';
import { gatewaysOfIstio } from './gateway-api.ts';
import type { CompiledMesh, Rule } from './types.ts';

/** Where a listener is at fault, and in which way. */
interface Fault {
  path: Path;
  message: string;
  fix: string;
}

/**
 * Listeners of Gateways of Istio's classes that istiod makes nothing of (`buildListener`, `buildTLS`): an unsupported
 * protocol, certificates that it cannot use, a clash with an earlier listener. Only the Gateway's status says so.
 */
export const idleListener: Rule = {
  name: 'idle-listener',
  codes: [codes.idleListener],
  find(mesh) {
    return gatewaysOfIstio(mesh.registry).flatMap(({ gateway, api }) => ofGateway(mesh, api, gateway));
  },
};

function ofGateway(mesh: CompiledMesh, api: GatewayApi, gateway: Resource): Finding[] {
  const { namespace, name } = gateway.metadata;
  const made = new Set(mesh.registry.resources('Gateway').map(({ metadata: it }) => `${it.namespace}/${it.name}`));
  const listeners = objects(gateway.spec['listeners']);
  return listeners.flatMap((listener, index) => {
    const section = String(listener['name'] ?? '');
    const internal = `${name}~${internalSuffix}~${section}`;
    const fault = made.has(`${namespace}/${internal}`)
      ? closedPort(mesh, api, gateway, internal, listener)
      : faultOf(api, gateway, listener, listeners.slice(0, index));
    if (!fault) return [];
    return [
      findingOf(mesh, {
        code: codes.idleListener,
        kind: 'missing-route',
        severity: 'error',
        at: at(gateway, 'spec', 'listeners', index, ...fault.path),
        proxies: [],
        message: `has a listener that is not served: ${section} ${fault.message}`,
        effect: 'no proxy listens for it, and routes that are attached to it are not served there.',
        fix: fault.fix,
      }),
    ];
  });
}

/** A listener on a port that the Service of the gateway's pods has not got. istiod opens those of gateways that it deploys. */
function closedPort(
  mesh: CompiledMesh,
  { context }: GatewayApi,
  gateway: Resource,
  internal: string,
  { port }: JsonObject,
): Fault | undefined {
  if (isManaged(gateway, context)) return undefined;
  const selected = mesh.proxies
    .filter(({ type }) => type === 'router')
    .flatMap((proxy) => selectedGateways(proxy, mesh.registry))
    .filter(
      ({ gateway: { metadata } }) => metadata.name === internal && metadata.namespace === gateway.metadata.namespace,
    );
  if (selected.length === 0 || selected.some((it) => listenerPorts(Number(port), it).length > 0)) return undefined;
  return {
    path: ['port'],
    message: `has port ${String(port)}, which no Service of the gateway has`,
    fix: 'add the port to the Service that spec.addresses names.',
  };
}

function faultOf(
  { context }: GatewayApi,
  gateway: Resource,
  listener: JsonObject,
  earlier: readonly JsonObject[],
): Fault | undefined {
  const protocol = String(listener['protocol'] ?? '');
  if (protocol === 'HBONE') return undefined;
  const rival = context.behaviour.listenerConflicts ? earlier.find((it) => collides(listener, it)) : undefined;
  if (rival)
    return {
      path: ['port'],
      message: `cannot stand beside ${String(rival['name'])}, which has the same port${rival['protocol'] === protocol ? ' and hostname' : ` as ${String(rival['protocol'])}`}`,
      fix: 'give it another port, or another hostname.',
    };
  const layer4 = protocol === 'TCP' || protocol === 'TLS';
  if (layer4 && !context.behaviour.layer4Routes && !context.alpha)
    return {
      path: ['protocol'],
      message: `has protocol ${protocol}, which this istiod serves only with PILOT_ENABLE_ALPHA_GATEWAY_API=true`,
      fix: 'set that variable of istiod, or use a Gateway of networking.istio.io.',
    };
  if (!layer4 && protocol !== 'HTTP' && protocol !== 'HTTPS')
    return {
      path: ['protocol'],
      message: `has protocol ${protocol}, which istiod does not serve`,
      fix: 'write one of HTTP, HTTPS, TLS and TCP, in capitals.',
    };
  return tlsFault(gateway, listener);
}

/** What is wrong with its certificates. A missing ReferenceGrant is told by `certificateRefused`. */
function tlsFault(gateway: Resource, listener: JsonObject): Fault | undefined {
  const tls = listener['tls'];
  // Without tls it may hold the place of listeners of ListenerSets.
  if (!isObject(tls))
    return ['HTTP', 'TCP'].includes(String(listener['protocol'])) || gateway.spec['allowedListeners'] !== undefined
      ? undefined
      : { path: ['protocol'], message: 'has no tls', fix: 'write tls with certificateRefs.' };
  const references = objects(tls['certificateRefs']);
  if (references.length > 2)
    return {
      path: ['tls', 'certificateRefs'],
      message: `has ${references.length} certificates, where istiod takes two at most`,
      fix: 'leave one for RSA and one for ECDSA.',
    };
  const other = references.findIndex((it) => referenceKind(it, '', 'Secret') !== '/Secret');
  const own = references.every(
    (it) => referenceNamespace(it, '') === '' || it['namespace'] === gateway.metadata.namespace,
  );
  return other >= 0 && own
    ? {
        path: ['tls', 'certificateRefs', other, 'kind'],
        message: `has a certificate of kind ${referenceKind(references[other] ?? {}, '', 'Secret').replace(/^\//, '')}, which is no Secret`,
        fix: 'name a Secret (kind: Secret, group: "").',
      }
    : undefined;
}
