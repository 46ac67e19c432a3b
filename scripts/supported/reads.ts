import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '..', '..', 'src');
let names: Set<string> | undefined;

/** Whether the registry or the compiler reads a field of this name anywhere. */
export function isRead(name: string): boolean {
  names ??= new Set(globSync('{registry,compile}/**/*.ts', { cwd: source }).flatMap(identifiers));
  return names.has(name);
}

function identifiers(file: string): string[] {
  const code = readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  return code.match(/[A-Za-z]\w*/g) ?? [];
}
