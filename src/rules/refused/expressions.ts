import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';
import type { Place } from './place.ts';

/** What CEL in Go reads and this library does not: messages and quoted names, and names with a dot before them. */
const beyond = /`|\w\s*\{|\bin\s*\./;
const leadingPoint = /(^|[^\w.])\.(?=\d)/g;
const leadingDot = /(^|[^\w)\]}"'?\s])(\s*)\.(?=[A-Za-z_])/g;

/** Refuses text that is no expression of CEL (`validateTelemetryFilter`); what it speaks of is not looked at. */
export function wantCel(place: Place): void {
  const fault = faultIn(place.text);
  if (fault !== undefined)
    place.refuse(`is ${JSON.stringify(place.text)}, which is no expression of CEL: ${fault}`, 'correct it.');
}

function faultIn(text: string): string | undefined {
  if (text === '') return 'it is empty';
  // Loaded with the first expression: most meshes have none.
  const { parse } = createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof Cel;
  try {
    return hasWrongHas(parse(text.replace(leadingPoint, '$10.').replace(leadingDot, '$1$2')).ast)
      ? 'has() wants a field, a.b, and no index; for a key of a map write "key" in map'
      : undefined;
  } catch (error) {
    if (beyond.test(text)) return undefined;
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  }
}

/** The macro `has` is not checked by the library before it is run. */
function hasWrongHas(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasWrongHas);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return false;
  const { op, args } = node;
  if (op === 'call' && Array.isArray(args) && args[0] === 'has' && !isMacroOfField(args[1])) return true;
  return hasWrongHas(args);
}

/** Whether `has(...)` asks for a field; with no argument or with several it is a call of a function. */
function isMacroOfField(args: unknown): boolean {
  const [field, ...others] = Array.isArray(args) ? (args as unknown[]) : [];
  if (field === undefined || others.length > 0) return true;
  return typeof field === 'object' && field !== null && 'op' in field && field.op === '.';
}
