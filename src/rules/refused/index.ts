import { codes } from '../../model/codes.ts';
import type { Finding } from '../../model/finding.ts';
import { behaviour } from '../../model/istio-version.ts';
import { formatPath, sortedJson } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { type Fault, findingOf } from '../finding.ts';
import { ofWrittenValue } from '../placeholder.ts';
import { refusal } from '../refusal.ts';
import type { CompiledMesh, Rule } from '../types.ts';
import { authorizationPolicy } from './authorization-policy.ts';
import { destinationRule } from './destination-rule.ts';
import { envoyFilter } from './envoy-filter.ts';
import { gateway } from './gateway.ts';
import { wantMetadata } from './metadata.ts';
import { peerAuthentication } from './peer-authentication.ts';
import { Place, type Told } from './place.ts';
import { proxyConfig } from './proxy-config.ts';
import { requestAuthentication } from './request-authentication.ts';
import { serviceEntry } from './service-entry.ts';
import { sidecar } from './sidecar.ts';
import { telemetry } from './telemetry.ts';
import { trafficExtension } from './traffic-extension.ts';
import type { Judge } from './types.ts';
import { virtualService } from './virtual-service.ts';
import { wasmPlugin } from './wasm-plugin.ts';
import { workloadEntry } from './workload-entry.ts';
import { workloadGroup } from './workload-group.ts';

/** Every kind that istiod's webhook is asked about, with its judge. */
const judges: Readonly<Record<string, Judge>> = {
  'networking.istio.io/DestinationRule': destinationRule,
  'networking.istio.io/EnvoyFilter': envoyFilter,
  'networking.istio.io/Gateway': gateway,
  'networking.istio.io/ProxyConfig': proxyConfig,
  'networking.istio.io/ServiceEntry': serviceEntry,
  'networking.istio.io/Sidecar': sidecar,
  'networking.istio.io/VirtualService': virtualService,
  'networking.istio.io/WorkloadEntry': workloadEntry,
  'networking.istio.io/WorkloadGroup': workloadGroup,
  'security.istio.io/AuthorizationPolicy': authorizationPolicy,
  'security.istio.io/PeerAuthentication': peerAuthentication,
  'security.istio.io/RequestAuthentication': requestAuthentication,
  'telemetry.istio.io/Telemetry': telemetry,
  'extensions.istio.io/TrafficExtension': trafficExtension,
  'extensions.istio.io/WasmPlugin': wasmPlugin,
};

/**
 * Objects that their CRD takes and istiod's validating webhook refuses, or takes with a warning (istio's
 * pkg/config/validation, by kind).
 */
export const refusedByIstiod: Rule = {
  name: 'refused-by-istiod',
  codes: [codes.refusedByIstiod, codes.warnedByIstiod],
  find(mesh) {
    return mesh.objects.flatMap((resource) =>
      judges[`${resource.group}/${resource.kind}`] ? judge(mesh, resource) : [],
    );
  },
};

function judge(mesh: CompiledMesh, resource: Resource): Finding[] {
  const written = mesh.written(resource) ?? resource;
  const accepted = mesh.accepted(resource);
  const found = told(written, mesh.registry);
  const isRefused = found.some(({ severity }) => severity === 'error');
  const wentThrough = isRefused && isAccepted(written, accepted);
  return found
    .filter(({ severity }) => severity !== 'error' || !wentThrough)
    .map((it) => finding(mesh, written, it, accepted));
}

/**
 * Whether istiod's webhook refuses an object that is applied: not where the API server holds just this, and not for a value
 * that is filled in before.
 *
 * @param istioVersion `1.29`
 */
export function isRefusedByIstiod(written: Resource, accepted: Resource | undefined, istioVersion: string): boolean {
  if (!judges[`${written.group}/${written.kind}`] || isAccepted(written, accepted)) return false;
  return told(written, { istioVersion }).some(
    ({ severity, path, effect = '' }) =>
      ofWrittenValue({ severity, effect }, written.object, path).severity === 'error',
  );
}

/** What istiod's webhook says of an object. */
function told(resource: Resource, controlPlane: { istioVersion: string }): Told[] {
  const found: Told[] = [];
  const root = new Place(resource.object, [], found);
  const metadata = root.at('metadata');
  const judged = {
    spec: root.at('spec'),
    name: metadata.at('name'),
    labels: metadata.at('labels'),
    annotations: metadata.at('annotations'),
    namespace: resource.metadata.namespace,
    behaviour: behaviour(controlPlane),
  };
  wantMetadata(judged, resource.kind);
  judges[`${resource.group}/${resource.kind}`]?.(judged);
  return found;
}

/** Whether the API server holds just this: then it went through the webhook. */
function isAccepted(written: Resource, accepted: Resource | undefined): boolean {
  return (
    accepted !== undefined &&
    (accepted === written ||
      (sortedJson(accepted.spec) === sortedJson(written.spec) &&
        sortedJson(written.metadata.annotations) ===
          sortedJson(own(accepted.metadata.annotations, written.metadata.annotations))))
  );
}

/** Those annotations that are written; controllers add others. */
function own(all: Record<string, string>, names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in names));
}

function finding(mesh: CompiledMesh, resource: Resource, it: Told, accepted: Resource | undefined): Finding {
  const { severity, path, message, effect, fix } = it;
  const fault: Fault = {
    code: severity === 'error' ? codes.refusedByIstiod : codes.warnedByIstiod,
    kind: 'invalid',
    severity,
    at: { resource, path },
    proxies: [],
    message: `${formatPath(path)} ${message}`,
    effect: effect ?? refusal("istiod's webhook refuses the object", accepted),
    fix,
  };
  return findingOf(mesh, ofWrittenValue(fault, resource.object, path));
}
