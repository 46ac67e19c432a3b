import type { ProxyConfig, ResourceType } from '../../model/envoy.ts';
import type { Proxy } from '../../model/proxy.ts';
import type { SyncRow, SyncState } from './sync.ts';

/** A resource that Envoy refused, with its own words. */
export interface Rejection {
  type: ResourceType;
  /** Name of the resource; '' where Envoy did not say. */
  name: string;
  details: string;
  /** RFC 3339, where known. */
  time?: string;
}

/** A proxy whose dump was read. */
export interface ExaminedProxy {
  proxy: Proxy;
  live: ProxyConfig;
  state: SyncState;
  row: SyncRow;
  rejections: Rejection[];
}
