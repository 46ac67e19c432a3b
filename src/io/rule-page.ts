import { readFile } from 'node:fs/promises';

/** The documentation page of a code, which comes with the program. */
export async function readRulePage(code: string): Promise<string> {
  return readFile(new URL(`../../docs/rules/${code}.md`, import.meta.url), 'utf8');
}
