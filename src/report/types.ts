import type { Report } from '../model/report.ts';

/** How a person sees the output. */
export interface Style {
  /** Whether escape sequences for colour may be written: a terminal, and no NO_COLOR. */
  color: boolean;
  /** Columns to wrap at. */
  width: number;
  /** The documentation page of a code, in markdown, for formats that carry the help of a rule. */
  page?(code: string): string | undefined;
}

/** Writes a report in one format. Pure: equal reports give equal text. */
export type Reporter = (report: Report, style: Style) => string;
