import { readFileSync } from 'node:fs';

/** The documentation page of a code, which comes with the program; undefined where there is none. */
export function rulePage(code: string): string | undefined {
  try {
    return readFileSync(new URL(`../../docs/rules/${code}.md`, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}
