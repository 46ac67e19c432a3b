import { plain } from './plain.ts';

/** A cell; `paint` colours it, after its width was measured. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

/** Rows in columns with three spaces between, as kubectl prints them. Text from clusters is made harmless. */
export function table(rows: readonly (readonly Cell[])[]): string[] {
  const clean = rows.map((row) => row.map(({ text, paint }) => ({ text: plain(text), paint })));
  const widths: number[] = [];
  for (const row of clean)
    row.forEach(({ text }, column) => {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    });
  return clean.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const gap = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - text.length + 3);
        return (paint ? paint(text) : text) + gap;
      })
      .join('')
      .trimEnd(),
  );
}
