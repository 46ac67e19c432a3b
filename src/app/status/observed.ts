import type { LiveProxy } from '../../decode/index.ts';
import type { OtherAnswers } from '../../model/cluster-state.ts';
import type { ProxyCertificate } from '../../model/status.ts';
import { certificateOf } from './certificates.ts';

/** What is kept of a proxy's answers beside its configuration. */
export interface Observed {
  envoyVersion: string | null;
  /** `version_info` of what it holds, each once. */
  versions: string[];
  certificate: ProxyCertificate | null;
}

/** @param now RFC 3339 */
export function observe({ serverInfo, certs }: OtherAnswers, { versions }: LiveProxy, now: string): Observed {
  // `3909deb1.../1.37.0/Clean/RELEASE/BoringSSL`
  const version = String(serverInfo?.['version'] ?? '').split('/')[1];
  return {
    envoyVersion: version ?? null,
    versions: [...new Set(Object.values(versions))],
    certificate: certificateOf(certs, now),
  };
}
