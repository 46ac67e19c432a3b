import type { Finding } from '../model/finding.ts';
import { annotation } from './annotation.ts';
import { authorization } from './authorization.ts';
import { backendRefused } from './backend-refused.ts';
import { certificateRefused } from './certificate-refused.ts';
import { claimsUnverified } from './claims-unverified.ts';
import { clientTls } from './client-tls.ts';
import { decidedByAge } from './decided-by-age.ts';
import { delegateOutside } from './delegate-outside.ts';
import { emptySubset } from './empty-subset.ts';
import { envoyFilter } from './envoy-filter.ts';
import { gateway } from './gateway.ts';
import { hiddenByScope } from './hidden-by-scope.ts';
import { hiddenFromGateway } from './hidden-from-gateway.ts';
import { hostTaken } from './host-taken.ts';
import { httpFieldsOnTcp } from './http-fields-on-tcp.ts';
import { httpRouteOnTcp } from './http-route-on-tcp.ts';
import { identityNotSent } from './identity-not-sent.ts';
import { idleListener } from './idle-listener.ts';
import { idleMatch } from './idle-match.ts';
import { idleTcpRoute } from './idle-tcp-route.ts';
import { impossibleMatch } from './impossible-match.ts';
import { impossibleOperation } from './impossible-operation.ts';
import { inboundProtocol } from './inbound-protocol.ts';
import { kindNotTaken } from './kind-not-taken.ts';
import { matchMisses } from './match-misses.ts';
import { namesNobody } from './names-nobody.ts';
import { noEndpoints } from './no-endpoints.ts';
import { onePerFault } from './one-per-fault.ts';
import { peerAuthentication } from './peer-authentication.ts';
import { policyClash } from './policy-clash.ts';
import { portTaken } from './port-taken.ts';
import { refusedByIstiod } from './refused/index.ts';
import { routeNotTaken } from './route-not-taken.ts';
import { ruleForNobody } from './rule-for-nobody.ts';
import { ruleMergedAway } from './rule-merged-away.ts';
import { ruleNeverUsed } from './rule-never-used.ts';
import { schemaValidation } from './schema-validation.ts';
import { selectsNobody } from './selects-nobody.ts';
import { serverDropped } from './server-dropped.ts';
import { serviceEntryClash } from './service-entry-clash.ts';
import { serviceEntryPort } from './service-entry-port.ts';
import { settingsForNoPort } from './settings-for-no-port.ts';
import { severalForWorkload } from './several-for-workload.ts';
import { shadowedRoute } from './shadowed-route.ts';
import { sharedCertificate } from './shared-certificate.ts';
import { sidecarUser } from './sidecar-user.ts';
import { targetPort } from './target-port.ts';
import { telemetryReplaced } from './telemetry-replaced.ts';
import { telemetryWithoutProvider } from './telemetry-without-provider.ts';
import type { CompiledMesh, Rule } from './types.ts';
import { unknownCaller } from './unknown-caller.ts';
import { unknownClass } from './unknown-class.ts';
import { unknownDelegate } from './unknown-delegate.ts';
import { unknownGateway } from './unknown-gateway.ts';
import { unknownParent } from './unknown-parent.ts';
import { unknownProvider } from './unknown-provider.ts';
import { unreadObject } from './unread-object.ts';
import { unresolvedDestination } from './unresolved-destination.ts';
import { unservedHost } from './unserved-host.ts';
import { wildcardReplaced } from './wildcard-replaced.ts';

/** Every rule, explicitly. */
const rules: readonly Rule[] = [
  unresolvedDestination,
  unknownGateway,
  unknownDelegate,
  delegateOutside,
  unservedHost,
  emptySubset,
  hostTaken,
  ruleMergedAway,
  ruleNeverUsed,
  wildcardReplaced,
  serverDropped,
  serviceEntryClash,
  shadowedRoute,
  idleMatch,
  impossibleMatch,
  clientTls,
  peerAuthentication,
  authorization,
  hiddenByScope,
  envoyFilter,
  gateway,
  unknownProvider,
  policyClash,
  severalForWorkload,
  decidedByAge,
  schemaValidation,
  refusedByIstiod,
  matchMisses,
  idleTcpRoute,
  claimsUnverified,
  httpFieldsOnTcp,
  namesNobody,
  ruleForNobody,
  serviceEntryPort,
  sharedCertificate,
  unreadObject,
  unknownParent,
  kindNotTaken,
  unknownClass,
  idleListener,
  certificateRefused,
  identityNotSent,
  noEndpoints,
  httpRouteOnTcp,
  portTaken,
  unknownCaller,
  selectsNobody,
  telemetryWithoutProvider,
  telemetryReplaced,
  inboundProtocol,
  impossibleOperation,
  hiddenFromGateway,
  settingsForNoPort,
  routeNotTaken,
  backendRefused,
  targetPort,
  annotation,
  sidecarUser,
];

/** What all rules say of one state of a mesh; a note is left out where an error or a warning stands at the same place. */
export function findingsOf(mesh: CompiledMesh): Finding[] {
  const found = onePerFault(rules.flatMap((rule) => rule.find(mesh)));
  const place = ({ resource, field }: Finding): string => `${resource} ${field}`;
  const serious = new Set(found.filter(({ severity }) => severity !== 'info').map(place));
  return found.filter((finding) => finding.severity !== 'info' || !serious.has(place(finding)));
}
