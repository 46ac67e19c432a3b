/**
 * What kind of listener a filter is compiled for (istiod's `networking.ListenerClass`): it decides which side of Telemetry,
 * which peer metadata and which default headers apply.
 */
export type ListenerClass = 'sidecar-inbound' | 'sidecar-outbound' | 'gateway';
