import { isObject, type JsonObject } from '../../model/json.ts';
import { standsFor } from '../../model/provenance.ts';
import type { Resource } from '../../model/resource.ts';
import { objects } from '../objects.ts';
import { type GatewayApiContext, referenceKind, referenceNamespace, section } from './context.ts';

const modeOption = 'gateway.istio.io/tls-terminate-mode';
const ciphersOption = 'gateway.istio.io/tls-cipher-suites';
const autoPassthroughOption = 'gateway.istio.io/listener-protocol';

/** A listener's TLS as a Gateway server's; undefined: none. `null`: the listener is not valid (buildTLS). */
export function listenerTls(
  listener: JsonObject,
  owner: Resource,
  gatewaySpec: JsonObject,
  context: GatewayApiContext,
): JsonObject | undefined | null {
  const tls = listener['tls'];
  if (!isObject(tls)) return undefined;
  const options = section(tls, 'options');
  const settings: JsonObject = {};
  if ((tls['mode'] ?? 'Terminate') === 'Passthrough')
    settings['mode'] = isAutoPassthrough(listener, options, owner) ? 'AUTO_PASSTHROUGH' : 'PASSTHROUGH';
  else {
    settings['mode'] = 'SIMPLE';
    const mode = options[modeOption];
    if (mode === 'ISTIO_SIMPLE') return standsFor<JsonObject>({ mode: 'SIMPLE', credentialName: 'builtin://' }, tls);
    if (mode === 'ISTIO_MUTUAL') return standsFor<JsonObject>({ mode: 'ISTIO_MUTUAL' }, tls);
    if (mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL') settings['mode'] = mode;
    if (!setCertificates(settings, tls, owner, context)) return null;
    if (!setClientValidation(settings, listener, mode, owner, gatewaySpec, context)) return null;
  }
  const ciphers = options[ciphersOption];
  if (typeof ciphers === 'string' && ciphers !== '')
    settings['cipherSuites'] = ciphers.split(',').map((cipher) => cipher.trim());
  return standsFor(settings, tls);
}

/** Whether the listener passes on by SNI to all services, as between networks (kube.IsAutoPassthrough). */
function isAutoPassthrough(listener: JsonObject, options: JsonObject, owner: Resource): boolean {
  const { labels } = owner.metadata;
  if (options[autoPassthroughOption] === 'auto-passthrough') return true;
  if (labels['topology.istio.io/network'] === undefined) return false;
  return String(listener['port']) === (labels['networking.istio.io/gatewayPort'] ?? '15443');
}

/**
 * The certificates of the references that are allowed. Whether a Secret is there and holds a certificate is not known
 * here: it is taken for granted.
 */
function setCertificates(
  settings: JsonObject,
  tls: Record<string, unknown>,
  owner: Resource,
  context: GatewayApiContext,
): boolean {
  const references = objects(tls['certificateRefs']);
  if (references.length > 2) return false;
  const names = references.map((reference) => {
    const kind = referenceKind(reference, '', 'Secret');
    const namespace = referenceNamespace(reference, owner.metadata.namespace);
    const allowed = isAllowed(owner, kind, namespace, String(reference['name']), context);
    return kind === '/Secret' && allowed ? `kubernetes-gateway://${namespace}/${reference['name']}` : '';
  });
  const valid = names.filter((name) => name !== '');
  // Without any reference there is nothing that could be wrong.
  if (valid.length === 0) return references.length === 0;
  if (valid.length === 1) settings['credentialName'] = names[0];
  else settings['credentialNames'] = names;
  return true;
}

function setClientValidation(
  settings: JsonObject,
  listener: JsonObject,
  mode: unknown,
  owner: Resource,
  gatewaySpec: JsonObject,
  context: GatewayApiContext,
): boolean {
  const frontend = section(section(gatewaySpec, 'tls'), 'frontend');
  const perPort = objects(frontend['perPort']).find((item) => item['port'] === listener['port']);
  const validation = section(perPort ? section(perPort, 'tls') : section(frontend, 'default'), 'validation');
  const references = objects(validation['caCertificateRefs']);
  const [reference] = references;
  if (!reference || settings['credentialName'] === undefined) return true;
  const kind = referenceKind(reference, '', '');
  const namespace = referenceNamespace(reference, owner.metadata.namespace);
  const name = String(reference['name']);
  if (references.length > 1 || !isAllowed(owner, kind, namespace, name, context)) return false;
  if (kind !== '/Secret' && kind !== '/ConfigMap') return false;
  settings['mode'] = 'MUTUAL';
  settings['caCertCredentialName'] =
    `${kind === '/Secret' ? 'kubernetes-gateway' : 'configmap'}://${namespace}/${name}-cacert`;
  if (!context.behaviour.frontendValidationMode) return true;
  const insecure = validation['mode'] === 'AllowInsecureFallback';
  settings['insecureSkipVerify'] = insecure && mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL';
  if (mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL') settings['mode'] = mode;
  else if (insecure) settings['mode'] = 'OPTIONAL_MUTUAL';
  return true;
}

function isAllowed(
  owner: Resource,
  kind: string,
  namespace: string,
  name: string,
  context: GatewayApiContext,
): boolean {
  const own = owner.metadata.namespace;
  return namespace === own || context.grants.allows(`${owner.group}/${owner.kind}`, own, kind, namespace, name);
}
