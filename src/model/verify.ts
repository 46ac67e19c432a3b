import type { Diagnostic, Report } from './report.ts';
import type { Location } from './resource.ts';

/** The version of the JSON contract of `verify`. */
export const verifyVersion = 'mesh-verify/v1';

/**
 * How far a change has come on one proxy: `arrived` (its own dump holds what Git says), `lag` (it has not taken what the
 * API server has), `rejected` (Envoy refuses it), `mismatch` (in sync, and holds something else), `not-applied` (the API
 * server itself has not got what Git says), `unreachable` (it could not be read).
 */
export type Arrival = 'arrived' | 'lag' | 'rejected' | 'mismatch' | 'not-applied' | 'unreachable';

export const arrivals = ['arrived', 'lag', 'rejected', 'mismatch', 'not-applied', 'unreachable'] as const;

/** One place in which a proxy does not hold what Git says. */
export interface Lacking {
  /** `VirtualService shop/catalog`, or the Envoy resource where no config object is behind it. */
  resource: string;
  field: string;
  expected: unknown;
  live: unknown;
  location: Location | null;
}

export interface VerifiedProxy {
  /** `namespace/pod` */
  id: string;
  type: 'sidecar' | 'router';
  workload: string;
  arrival: Arrival;
  /** How it stands with istiod: synced, stale, rejected, not-sent, disconnected, unknown. */
  state: string;
  /** Why it has not arrived, in a sentence; '' where it has. */
  reason: string;
  lacking: Lacking[];
}

/** What `verify` returns; every output format is a pure function of it. */
export interface VerifyReport {
  schemaVersion: typeof verifyVersion;
  tool: Report['tool'];
  git: NonNullable<Report['git']>;
  /** The commit that the change is counted from, where one was given. */
  since: { ref: string; commit: string } | null;
  cluster: Report['cluster'];
  /** The proxies that the change touches. */
  proxies: VerifiedProxy[];
  summary: { touched: number; untouched: number; arrivals: Record<Arrival, number>; waitedSeconds: number };
  diagnostics: Diagnostic[];
  /** False where something that was asked for could not be seen. */
  complete: boolean;
  /** 0 arrived, 1 mismatch or not applied, 2 could not complete, 3 lag, 4 rejected. */
  exitCode: number;
}
