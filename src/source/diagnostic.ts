import type { Diagnostic as ReportedDiagnostic } from '../model/report.ts';
import type { Location } from '../model/resource.ts';

/** Something to say about the source itself (a file, a document, an option), as opposed to a finding about the mesh. */
export interface Diagnostic extends ReportedDiagnostic {
  /** Other places that belong to it, such as the second of two files with one object. */
  related?: { message: string; location?: Location }[];
}

/** A file that was not read as manifests, and why. */
export interface SkippedFile {
  file: string;
  reason: string;
}

/** The source cannot be read at all (no such ref, no repository, ...). The message and the fix are for the user. */
export class SourceError extends Error {
  readonly fix: string;
  readonly location: Location | undefined;

  constructor(message: string, fix: string, location?: Location) {
    super(message);
    this.name = 'SourceError';
    this.fix = fix;
    this.location = location;
  }
}
