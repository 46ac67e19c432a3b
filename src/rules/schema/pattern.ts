import { RE2JS } from 're2js';

const patterns = new Map<string, RE2JS | undefined>();

/** A pattern of RE2; undefined for what is none. */
export function compiled(pattern: string): RE2JS | undefined {
  if (!patterns.has(pattern)) {
    let read: RE2JS | undefined;
    try {
      read = RE2JS.compile(pattern);
    } catch {
      read = undefined;
    }
    patterns.set(pattern, read);
  }
  return patterns.get(pattern);
}

/** Whether a pattern is found in a text; one that cannot be read demands nothing. */
export function matches(pattern: string, text: string): boolean {
  return compiled(pattern)?.matcher(text).find() ?? true;
}
