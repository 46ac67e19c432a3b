import { type Code, codes } from './codes.ts';

/** What a code means, for people who meet it in a tool that shows nothing else of the report. */
export interface RuleHelp {
  /** `fieldDrift`. */
  name: string;
  /** One sentence. */
  summary: string;
}

/** Each code has one: a tool that shows a rule shows nothing else of it. */
const summaries: Record<Code, string> = {
  [codes.fieldDrift]: 'A field of an object differs between Git and the API server.',
  [codes.notApplied]: 'An object is in Git and not in the cluster.',
  [codes.unmanaged]: 'An object is in the cluster and not in Git.',
  [codes.controllerOwned]: 'A field differs from Git because a controller owns it.',
  [codes.wrongNamespace]: 'An object was applied to another namespace than Git says.',
  [codes.leftAlone]: 'A difference that the tool which applies Git is told to leave.',
  [codes.stale]: 'A proxy holds an older configuration than the API server has.',
  [codes.disconnected]: 'A proxy is not connected to istiod and gets no more changes.',
  [codes.rejected]: 'Envoy rejected a part of the configuration and keeps the former one.',
  [codes.restartHazard]: 'A pod that starts anew would lack what Envoy rejected and the others still hold.',
  [codes.severalIstiods]: 'More than one istiod says that a proxy is connected to it.',
  [codes.versionSkew]: "A proxy's version does not go with that of its istiod.",
  [codes.certificate]: 'A certificate that a proxy holds has expired, or was not renewed in time.',
  [codes.anomaly]: 'A proxy holds what no input explains, unlike its peers.',
  [codes.notModelled]: 'Proxies hold what the compiler does not model; all peers alike.',
  [codes.idlePatch]: 'A patch of an EnvoyFilter holds for a proxy and changes nothing in it.',
  [codes.unknownHost]: 'A destination names a host that does not exist.',
  [codes.unknownPort]: 'A destination names a port that its service has not got.',
  [codes.portMissing]: 'A destination gives no port, and its service has not got the one that is taken then.',
  [codes.unknownSubset]: 'A destination names a subset that no DestinationRule defines.',
  [codes.hiddenHost]: 'A destination names a host that is not visible to the proxies that use it.',
  [codes.hiddenSubset]: 'A subset is defined where the proxies that use it do not see it.',
  [codes.unknownGateway]: 'A Gateway that is referred to does not exist.',
  [codes.unknownDelegate]: 'A VirtualService that is delegated to does not exist.',
  [codes.delegateOutside]: 'A route of a delegate asks for what its root does not hand on.',
  [codes.simpleTlsToMesh]: 'Clients send TLS without a certificate of the mesh to its workloads.',
  [codes.impossibleMatch]: 'A match that no request can meet.',
  [codes.emptySubset]: 'A subset selects no pod.',
  [codes.unusedDelegate]: 'A VirtualService without hosts is delegated to by none.',
  [codes.hostTaken]: 'Another VirtualService has the host already, so this one has no effect.',
  [codes.ruleMergedAway]: 'A part of a DestinationRule is lost when rules for one host are merged.',
  [codes.wildcardReplaced]: 'A specific DestinationRule replaces what a wildcard one set.',
  [codes.serverDropped]: 'A server of a Gateway is dropped because another one clashes with it.',
  [codes.hostOfNobody]: 'A host within the cluster that no Service has.',
  [codes.unservedHost]: 'No server of the Gateways has the host of a VirtualService.',
  [codes.serviceEntryClash]: 'Two ServiceEntries claim the same host or address.',
  [codes.shadowedRoute]: 'No request reaches a route, because earlier ones match all of its requests.',
  [codes.shadowedAlike]: 'No request reaches a route, and the earlier one does the same.',
  [codes.matchForNoPort]: 'A match names a port on which nothing listens.',
  [codes.matchForNoSource]: 'A match names a source that no proxy is.',
  [codes.plainTextToStrict]: 'Clients send plain text to servers that demand mutual TLS.',
  [codes.mutualTlsToPlain]: 'Clients send mutual TLS to servers that expect plain text.',
  [codes.portOfService]: 'A PeerAuthentication names the port of the service, not of the workload.',
  [codes.peerAuthenticationIdle]: 'A PeerAuthentication has no effect.',
  [codes.unknownPrincipal]: 'A policy names a principal that no workload has.',
  [codes.principalWithoutMtls]: 'A policy names principals while mutual TLS is off.',
  [codes.policyIdle]: 'An AuthorizationPolicy selects no workload.',
  [codes.hiddenByScope]: 'A Sidecar hides a host that is called.',
  [codes.hazardOrder]: 'While it rolls out, a route may arrive before its subset exists.',
  [codes.hazardPlainTextClients]: 'While it rolls out, servers may demand mutual TLS before their clients use it.',
  [codes.unknownField]: 'An object has a field that its kind has not got.',
  [codes.invalidField]: 'A value is one that the API server refuses.',
  [codes.deprecatedField]: 'A field or a version is deprecated.',
  [codes.unknownKind]: 'An object is of a kind or version that does not exist.',
  [codes.refusedByIstiod]: "istiod's webhook refuses an object.",
  [codes.waiverRefused]: 'A waiver cannot be read or gives no reason, and does not count.',
  [codes.waiverExpired]: 'A waiver has ended, and what it covered counts again.',
  [codes.waiverUnused]: 'A waiver covers nothing.',
  [codes.waiverAdded]: 'The change under review adds a waiver.',
  [codes.warnedByIstiod]: "istiod's webhook takes an object and warns of it.",
  [codes.patchForVersion]: 'A patch of an EnvoyFilter is for a version that not all proxies have.',
  [codes.gatewayForNobody]: 'A Gateway selects no pod of a gateway.',
  [codes.serverWithoutRoutes]: 'No VirtualService has a host of a server of a Gateway.',
  [codes.gatewayPortClosed]: 'No Service leads to the port of a server of a Gateway.',
  [codes.unknownProvider]: 'A provider is named that the mesh config does not have or cannot use.',
  [codes.allowedAndDenied]: 'A policy allows only what another one denies.',
  [codes.nobodyAllowed]: 'No policy allows anybody to call a workload.',
  [codes.olderForWorkload]: 'An older object of the same kind holds for the workload instead.',
  [codes.decidedByAge]: 'Of two objects the older one has its way for its age alone.',
  [codes.matchMisses]: 'No route takes a path beside a match, which another object shows to be asked for.',
  [codes.idleTcpRoute]: 'A tcp or tls route of a VirtualService is in no proxy.',
  [codes.unreadObject]: 'An object is labelled for a revision that no istiod has.',
  [codes.ruleForNobody]: 'Nobody has the host of a DestinationRule.',
  [codes.claimsUnverified]: 'A match asks for claims where no token is verified.',
  [codes.serviceEntryPort]: 'Two ServiceEntries give one port different protocols.',
  [codes.unknownNamespace]: 'An object is exported to a namespace that does not exist.',
  [codes.egressForNobody]: 'A Sidecar imports a host that nobody has.',
  [codes.sharedCertificate]: 'Two servers of one port use the same certificate for different hosts.',
  [codes.waitingSecret]: 'A proxy waits for a secret that has not come.',
  [codes.inboundProtocol]: 'Two Services give one port of a workload different protocols.',
  [codes.telemetryReplaced]: 'A younger Telemetry says something else for the same workload.',
  [codes.telemetryWithoutProvider]: 'A Telemetry has no provider, so nothing of it comes.',
  [codes.selectsNobody]: 'A selector selects no workload.',
  [codes.httpFieldsOnTcp]: 'A policy asks for parts of HTTP where only TCP is spoken.',
};

const names = new Map<string, string>(Object.entries(codes).map(([name, code]) => [code, name]));

/** The name and meaning of a code; for one that there is not, the code itself. */
export function ruleHelp(code: string): RuleHelp {
  return { name: names.get(code) ?? code, summary: summaries[code as Code] ?? `${code}.` };
}
