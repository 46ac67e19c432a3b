import type { Finding } from './finding.ts';
import type { Location } from './resource.ts';
import type { Review } from './review.ts';
import type { WaivedFinding } from './waiver.ts';

/** The version of the JSON contract; it changes when a field's meaning does (docs/schema/report.schema.json). */
export const schemaVersion = 'mesh-report/v1';

/** Something that could not be read, or was left out: never hidden, and it keeps the run from being clean when `blocking`. */
export interface Diagnostic {
  severity: 'error' | 'warning' | 'info';
  message: string;
  location?: Location;
  /** What to do. */
  fix?: string;
  /** The object, proxy or part that the report says nothing about because of it. */
  subject?: string;
}

/** What was read: a context, a capture, or several clusters. */
interface ReportedClusters {
  context?: string;
  capture?: string;
  istioVersions: string[];
  /** Only where several were named: each, and whether it could be read. */
  clusters?: { name: string; origin: string; read: boolean }[];
}

export interface ReportedProxy {
  /** `namespace/pod`; where several clusters were read `namespace/pod@cluster`. */
  id: string;
  /** Its cluster, where several were read. */
  cluster?: string;
  type: 'sidecar' | 'router';
  workload: string;
  /** How it stands with istiod: synced, stale, rejected, not-sent, disconnected, unknown. */
  state: string;
}

/** What a judging command (drift, status, check, ...) returns; every output format is a pure function of it. */
export interface Report {
  schemaVersion: typeof schemaVersion;
  tool: { name: string; version: string; command: string };
  git?: { repository: string; ref: string; commit: string; paths: string[] };
  cluster: ReportedClusters;
  summary: {
    proxies: { examined: number; skipped: number; inSync: number; stale: number; rejected: number };
    resources: { git: number; live: number };
    compared: { resources: number; leaves: number };
    notCompared: { reason: string; leaves: number }[];
    findings: { error: number; warning: number; info: number };
  };
  /** For a review those that the change introduces. */
  findings: Finding[];
  /** Findings that do not count, because of a comment beside the line or a rule of the project file. */
  waived: WaivedFinding[];
  /** What a review says beside. */
  review?: Review;
  /** Every examined proxy, by id. */
  proxies: ReportedProxy[];
  diagnostics: Diagnostic[];
  /** False where something that was asked for could not be examined; then nothing is called clean. */
  complete: boolean;
}
