import { isDate } from '../date.ts';
import { nearest } from '../nearest.ts';

/** What the words behind `mesh:ignore` say. */
export interface WaiverWords {
  codes: string[];
  reason: string;
  until?: string;
  fault?: { message: string; fix: string };
}

/** How a waiver is written. */
const example = '# mesh:ignore MESH0104 until=2030-01-31 reason="why"';

/** One code, `key=value`, or `key="value with blanks"`. */
const word = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))|([^\s,]+)/g;

/**
 * Reads the words of a waiver: codes, `reason=` and perhaps `until=`. What is unknown is a fault and not passed over: a
 * misspelt date would make the waiver last for ever.
 *
 * @param known all codes that there are
 */
export function parseWaiver(text: string, known: readonly string[]): WaiverWords {
  const words: WaiverWords = { codes: [], reason: '' };
  const refuse = (message: string, fix = `write ${example}`): WaiverWords => ({ ...words, fault: { message, fix } });
  const seen = new Set<string>();
  let unquoted = false;
  for (const [all, key = '', double, single, bare, plain] of text.matchAll(word)) {
    if (plain !== undefined && !known.includes(plain))
      return unquoted
        ? refuse(`"${plain}" is no part of the reason, which has no quotation marks`, `write ${example}`)
        : refuse(`there is no code ${plain}`, suggestion(plain, known));
    if (plain !== undefined) {
      words.codes.push(plain);
      continue;
    }
    if (seen.has(key)) return refuse(`${key} stands twice`, 'delete one of them');
    seen.add(key);
    if (/^["']/.test(bare ?? '')) return refuse(`the quotation mark of ${key} is not closed`);
    unquoted = key === 'reason' && bare !== undefined;
    const value = double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '';
    if (key === 'reason') words.reason = value.trim();
    else if (key === 'until' && isDate(value)) words.until = value;
    else if (key === 'until') return refuse(`until is ${value}, not a date such as 2030-12-31`);
    else return refuse(`there is no setting ${all}`);
  }
  if (words.codes.length === 0) return refuse('it names no code');
  if (words.reason === '') return refuse('it gives no reason', `say why: ${example}`);
  return words;
}

function suggestion(word: string, known: readonly string[]): string {
  const [near] = nearest(word, known, 1);
  return near === undefined ? `write ${example}` : `did you mean ${near}?`;
}
