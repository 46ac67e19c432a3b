import type { Severity } from '../model/finding.ts';
import type { Style } from './types.ts';

export type Paint = (text: string) => string;

const sgr = { red: 31, yellow: 33, cyan: 36, green: 32, bold: 1, dim: 2 } as const;

/** Colours by name; each returns its text unchanged where the style has no colour. */
export function paints(style: Style): Record<keyof typeof sgr, Paint> {
  const paint =
    (code: number): Paint =>
    (text) =>
      style.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    red: paint(sgr.red),
    yellow: paint(sgr.yellow),
    cyan: paint(sgr.cyan),
    green: paint(sgr.green),
    bold: paint(sgr.bold),
    dim: paint(sgr.dim),
  };
}

/** The colour of a severity. */
export function severityPaint(style: Style): Record<Severity, Paint> {
  const { red, yellow, cyan } = paints(style);
  return { error: red, warning: yellow, info: cyan };
}
