import type { Finding } from './finding.ts';
import type { Location } from './resource.ts';

/** A comment `# mesh:ignore CODE reason="..."` beside the lines that it speaks of. */
export interface Waiver {
  /** The codes that it covers. */
  codes: string[];
  reason: string;
  /** Last day on which it counts, YYYY-MM-DD; none: always. */
  until?: string;
  location: Location;
  /** The lines that it covers, both included; where there is a fault, its own line. */
  lines: { from: number; to: number };
  /** Whether it stands at the top of a document and so covers the whole object. */
  whole: boolean;
  /** The lines of the document that it stands in. */
  document: { from: number; to: number };
  /** Why it does not count: it cannot be read, or gives no reason. */
  fault?: { message: string; fix: string };
}

/** What keeps a finding from counting, as it is reported. */
export interface WaivedBy {
  /** A comment beside the line, or a rule of the project file. */
  source: 'comment' | 'project-file';
  reason: string;
  /** Last day on which it counts, YYYY-MM-DD. */
  until?: string;
  location?: Location;
  /** Whether the change under review adds it. */
  added?: boolean;
}

/** A finding that does not count, and why. */
export interface WaivedFinding extends Finding {
  waiver: WaivedBy;
}
