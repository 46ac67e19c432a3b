import { rulePage } from '../io/rule-page.ts';
import { codes } from '../model/codes.ts';
import { nearest } from '../source/nearest.ts';
import { UserError } from './inputs.ts';

const all: readonly string[] = Object.values(codes);

/**
 * The page of a code (docs/rules), or without one the title of each page.
 *
 * @param code in any case, with or without its letters: `MESH0120`, `mesh-120`, `120`
 * @throws UserError for a code that does not exist
 */
export async function explainCode(code?: string): Promise<string> {
  if (code === undefined) return [...all].sort().map(title).join('');
  const digits = /^(?:mesh)?[-_ ]?(\d{1,4})$/i.exec(code.trim())?.[1];
  const wanted = digits === undefined ? code.trim().toUpperCase() : `MESH${digits.padStart(4, '0')}`;
  if (!all.includes(wanted)) {
    const near = nearest(wanted, all);
    const meant = near.length > 0 ? `did you mean ${near.join(' or ')}? ` : '';
    throw new UserError(`there is no code ${code}; ${meant}kubectl mesh explain without a code lists all`);
  }
  const page = rulePage(wanted);
  if (page === undefined) throw new UserError(`the page docs/rules/${wanted}.md is missing from this installation`);
  return page;
}

/** `MESH0100  a destination's host does not exist` */
function title(code: string): string {
  const said = /^# MESH\d+: (.*)$/m.exec(rulePage(code) ?? '')?.[1] ?? '';
  return `${`${code}  ${said}`.trimEnd()}\n`;
}
