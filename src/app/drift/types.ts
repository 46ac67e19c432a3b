import type { Proxy } from '../../model/proxy.ts';
import type { SyncRow, SyncState, SyncType } from './sync.ts';

/** A resource that Envoy refused, with its own words. */
export interface Rejection {
  type: SyncType;
  /** Name of the resource; '' where Envoy did not say. */
  name: string;
  details: string;
  /** RFC 3339, where known. */
  time?: string;
  /** Whether a former version of the resource serves; undefined where the resource is not known by name. */
  holds?: boolean;
}

/** A proxy whose dump was read. What it holds is not kept: a mesh has thousands. */
export interface ExaminedProxy {
  proxy: Proxy;
  state: SyncState;
  row: SyncRow;
  rejections: Rejection[];
}
