import { writeFileSync } from 'node:fs';

/** Writes a file; what was in it is replaced. Throws where the system does not let it, and where its directory is missing. */
export function writeOutputFile(file: string, text: string): void {
  writeFileSync(file, text);
}
