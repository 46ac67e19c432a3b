import { withAdvice } from '../model/advice.ts';
import type { Diagnostic } from '../model/report.ts';

/** Diagnostics that say the same of several subjects, as one. */
export interface DiagnosticGroup {
  severity: Diagnostic['severity'];
  message: string;
  fix?: string;
  location?: Diagnostic['location'];
  /** Of whom it is said; empty where the message stands for itself. */
  subjects: string[];
}

/** Groups diagnostics by what they say, in the order of their first appearance. */
export function groupDiagnostics(diagnostics: readonly Diagnostic[]): DiagnosticGroup[] {
  const groups = new Map<string, DiagnosticGroup>();
  for (const { severity, message, fix, location, subject } of diagnostics) {
    const said = subject !== undefined && message.startsWith(`${subject}: `);
    const text = said ? message.slice(subject.length + 2) : message;
    const key = JSON.stringify([severity, text, fix, location, said]);
    const group = groups.get(key);
    if (group) group.subjects.push(...(said ? [subject] : []));
    else
      groups.set(key, {
        severity,
        message: text,
        ...(fix === undefined ? {} : { fix }),
        ...(location === undefined ? {} : { location }),
        subjects: said ? [subject] : [],
      });
  }
  return [...groups.values()];
}

/** One group in words: of whom, what, where, what to do. */
export function diagnosticInWords({ message, fix, location, subjects }: DiagnosticGroup): string {
  const at = location ? ` (${location.file}:${location.line}:${location.column})` : '';
  const said = withAdvice(`${message}${at}`, fix);
  if (subjects.length === 0) return said;
  if (subjects.length === 1) return `${subjects[0]}: ${said}`;
  return `${subjects.length} alike: ${said.replace(/\.$/, '')}: ${subjects.join(', ')}`;
}
