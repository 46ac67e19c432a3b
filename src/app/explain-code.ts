import { rulePage } from '../io/rule-page.ts';
import { codes } from '../model/codes.ts';
import { UserError } from './inputs.ts';

/**
 * The page of a code (docs/rules).
 *
 * @param code in any case, with or without its letters: `MESH0120`, `mesh0120`, `120`
 * @throws UserError for a code that does not exist
 */
export async function explainCode(code: string): Promise<string> {
  const digits = /^(?:mesh)?(\d{1,4})$/i.exec(code.trim())?.[1];
  const wanted = digits === undefined ? code : `MESH${digits.padStart(4, '0')}`;
  const all = Object.values(codes) as string[];
  if (!all.includes(wanted)) throw new UserError(`there is no code ${code}; codes are ${all.join(', ')}`);
  const page = rulePage(wanted);
  if (page === undefined) throw new UserError(`the page docs/rules/${wanted}.md is missing from this installation`);
  return page;
}
