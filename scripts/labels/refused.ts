import { codes } from '../../src/model/codes.ts';
import type { Finding } from '../../src/model/finding.ts';

/** An object of Git that the API server or istiod's webhook refused when the recording was made, and its words. */
export interface Refused {
  file: string;
  why: string;
}

const ofCheck: readonly string[] = [codes.unknownField, codes.invalidField, codes.unknownKind, codes.refusedByIstiod];

/** Whether `drift` says of the object that it was not applied. */
export function isNotApplied({ file }: Refused, finding: Finding): boolean {
  return finding.code === codes.notApplied && finding.location?.file === file;
}

/** Whether `check` says why: in the same file, and of a field that was not known at the same field. */
export function isRefusal({ file, why }: Refused, finding: Finding): boolean {
  if (!ofCheck.includes(finding.code) || finding.location?.file !== file) return false;
  const unknown = /unknown field "([^"]+)"/.exec(why)?.[1];
  return unknown === undefined || (finding.code === codes.unknownField && finding.field === unknown);
}
