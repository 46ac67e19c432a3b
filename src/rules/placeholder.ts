import { type Path, valueAt } from '../model/json.ts';
import type { Fault } from './finding.ts';

/** `${NAME}`, `${NAME:=default}`: variables of envsubst and of Flux's `postBuild` substitution. */
const placeholder = /\$\{[A-Za-z_]\w*(?:[:=/,^#%-][^}]*)?\}/;

/**
 * What is said of a value that is refused as it is written. One with a variable in it is filled in before it is applied, so
 * that whether the API server refuses it is not known: a note.
 */
export function ofWrittenValue<T extends Pick<Fault, 'severity' | 'effect'>>(fault: T, object: unknown, path: Path): T {
  const value = valueAt(object, path);
  const [variable] = (typeof value === 'string' && placeholder.exec(value)) || [];
  if (variable === undefined) return fault;
  return { ...fault, severity: 'info', effect: `not known: ${variable} is filled in before it is applied.` };
}
