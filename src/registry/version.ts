import { newestMinor } from '../model/istio-version.ts';
import type { Resource } from '../model/resource.ts';
import { findContainer } from './pod-spec.ts';

export interface ControlPlaneVersion {
  /** Minor version of Istio 1. */
  minor: number;
  /** As istiod tells it, without build information: `1.29.0`; '' where nothing tells. */
  full: string;
}

const number = /(\d+)\.(\d+)(?:\.\d+)?/;

/** The control plane's version: as it answered itself, else the tag of its image, else of the oldest proxy's image. */
export function controlPlaneVersion(
  answered: string | undefined,
  image: string,
  pods: readonly Resource[],
): ControlPlaneVersion {
  const images = pods
    .map((pod) => findContainer(pod.spec, 'istio-proxy')?.['image'])
    .filter((item) => typeof item === 'string');
  for (const text of [answered ?? '', ...[image, ...images].map(tag)]) {
    const match = number.exec(text);
    if (match?.[1] === '1') return { minor: Number(match[2]), full: match[0] };
  }
  return { minor: newestMinor, full: '' };
}

function tag(image: string): string {
  return /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? '';
}
