/** A test for labels. */
export type LabelTest = (labels: Record<string, string>) => boolean;

/**
 * Reads a label selector as kubectl's `-l` has it: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`,
 * joined by commas (k8s.io/apimachinery pkg/labels). As there, `!=` and `notin` also hold where the label is absent.
 *
 * @returns undefined where the text is no selector
 */
export function parseLabelSelector(text: string): LabelTest | undefined {
  const tests: LabelTest[] = [];
  // A comma inside parentheses separates values, not requirements.
  for (const part of text.split(/,(?![^(]*\))/).map((item) => item.trim())) {
    const test = parseRequirement(part);
    if (!test) return undefined;
    tests.push(test);
  }
  return (labels) => tests.every((test) => test(labels));
}

const key = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setPattern = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalPattern = new RegExp(`^(${key})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existsPattern = new RegExp(`^(!?)\\s*(${key})$`);

function parseRequirement(text: string): LabelTest | undefined {
  const set = setPattern.exec(text);
  if (set) {
    const values = set[3]!.split(',').map((value) => value.trim());
    const wanted = set[2] === 'in';
    return (labels) => (labels[set[1]!] !== undefined && values.includes(labels[set[1]!]!)) === wanted;
  }
  const equal = equalPattern.exec(text);
  if (equal) return (labels) => (labels[equal[1]!] === equal[3]) === (equal[2] !== '!=');
  const exists = existsPattern.exec(text);
  if (exists) return (labels) => (labels[exists[2]!] === undefined) === (exists[1] === '!');
  return undefined;
}
