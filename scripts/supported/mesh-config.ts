import { emptyType, type Type } from './declarations.ts';

/** Fields of MeshConfig and of ProxyConfig in it, which no package declares: names of istio.io/docs/reference/config/istio.mesh.v1alpha1. */
const fields = `proxyListenPort proxyInboundListenPort proxyHttpPort connectTimeout tcpKeepalive.probes tcpKeepalive.time
tcpKeepalive.interval ingressClass ingressService ingressControllerMode ingressSelector enableTracing accessLogFile
accessLogFormat accessLogEncoding enableEnvoyAccessLogService disableEnvoyListenerLog outboundTrafficPolicy.mode
inboundTrafficPolicy.mode configSources[] enableAutoMtls trustDomain trustDomainAliases[] caCertificates[]
defaultServiceExportTo[] defaultVirtualServiceExportTo[] defaultDestinationRuleExportTo[] rootNamespace
localityLbSetting.enabled localityLbSetting.failover[] localityLbSetting.distribute[]
localityLbSetting.failoverPriority[] zoneAwareLbSetting dnsRefreshRate h2UpgradePolicy inboundClusterStatName
outboundClusterStatName enablePrometheusMerge verifyCertificateAtClient discoverySelectors[] pathNormalization.normalization
defaultHttpRetryPolicy.attempts defaultHttpRetryPolicy.perTryTimeout defaultHttpRetryPolicy.retryOn
defaultHttpRetryPolicy.backoff defaultHttpRetryPolicy.retryRemoteLocalities
defaultHttpRetryPolicy.retryIgnorePreviousHosts defaultInboundHttpRetryPolicy.attempts
defaultInboundHttpRetryPolicy.perTryTimeout defaultInboundHttpRetryPolicy.retryOn defaultTrafficPolicy meshMTLS.minProtocolVersion
meshMTLS.cipherSuites[] meshMTLS.ecdhCurves[] tlsDefaults.minProtocolVersion tlsDefaults.cipherSuites[]
tlsDefaults.ecdhCurves[] protocolDetectionTimeout hboneIdleTimeout defaultProviders.tracing[] defaultProviders.metrics[]
defaultProviders.accessLogging[] serviceEntryVisibility serviceSettings[].settings.clusterLocal serviceSettings[].hosts[]
serviceScopeConfigs[] thriftConfig extensionProviders[].name
extensionProviders[].envoyExtAuthzHttp extensionProviders[].envoyExtAuthzGrpc extensionProviders[].zipkin
extensionProviders[].datadog extensionProviders[].lightstep extensionProviders[].opencensus extensionProviders[].stackdriver
extensionProviders[].skywalking extensionProviders[].opentelemetry extensionProviders[].prometheus
extensionProviders[].envoyFileAccessLog extensionProviders[].envoyHttpAls extensionProviders[].envoyTcpAls
extensionProviders[].envoyOtelAls extensionProviders[].sds
defaultConfig.binaryPath defaultConfig.configPath defaultConfig.serviceCluster defaultConfig.drainDuration
defaultConfig.discoveryAddress defaultConfig.statsdUdpAddress defaultConfig.proxyAdminPort
defaultConfig.controlPlaneAuthPolicy defaultConfig.customConfigFile defaultConfig.statNameLength
defaultConfig.concurrency defaultConfig.proxyBootstrapTemplatePath defaultConfig.interceptionMode
defaultConfig.tracing.sampling defaultConfig.tracing.maxPathTagLength defaultConfig.tracing.customTags{}
defaultConfig.tracing.zipkin.address defaultConfig.tracing.enableIstioTags defaultConfig.proxyMetadata{}
defaultConfig.statusPort defaultConfig.extraStatTags[] defaultConfig.gatewayTopology.numTrustedProxies
defaultConfig.gatewayTopology.forwardClientCertDetails defaultConfig.gatewayTopology.proxyProtocol
defaultConfig.terminationDrainDuration defaultConfig.meshId defaultConfig.readinessProbe
defaultConfig.proxyStatsMatcher defaultConfig.image.imageType defaultConfig.caCertificatesPem[]
defaultConfig.proxyHeaders.forwardedClientCert defaultConfig.proxyHeaders.setCurrentClientCertDetails
defaultConfig.proxyHeaders.requestId.disabled defaultConfig.proxyHeaders.server.disabled
defaultConfig.proxyHeaders.server.value defaultConfig.proxyHeaders.attemptCount.disabled
defaultConfig.proxyHeaders.envoyDebugHeaders.disabled defaultConfig.proxyHeaders.metadataExchangeHeaders.mode
defaultConfig.proxyHeaders.preserveHttp1HeaderCase defaultConfig.privateKeyProvider
defaultConfig.holdApplicationUntilProxyStarts defaultConfig.fileFlushInterval defaultConfig.fileFlushMinSizeKb
defaultConfig.connectionSettings`;

export function meshFields(): Map<string, Type> {
  return new Map(fields.split(/\s+/).map((path) => [path, emptyType()]));
}
