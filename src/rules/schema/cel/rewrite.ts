/** Texts of CEL, which may hold anything, names, and whatever else stands alone. */
const token =
  /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|[A-Za-z_]\w*|\s+|[\s\S]/g;

/**
 * Calls functions of an expression of CEL by other names, and makes `has(a.b)` the call `hasField(a, "b")`: cel-js reads
 * `has` of fields of variables only, not of `a[0].b`.
 */
export function rewrite(expression: string, names: ReadonlyMap<string, string>): string {
  const tokens = expression.match(token) ?? [];
  /** For each open bracket, whether it is that of `has`. */
  const open: boolean[] = [];
  tokens.forEach((text, index) => {
    const isCall = nextWord(tokens, index + 1) === '(';
    if (/^[([{]$/.test(text)) open.push(text === '(' && lastWord(tokens, index - 1) === 'hasField');
    else if (/^[)\]}]$/.test(text) && open.pop()) splitField(tokens, index);
    else if (isCall) tokens[index] = text === 'has' ? 'hasField' : (names.get(text) ?? text);
  });
  return tokens.join('');
}

/** Makes the last field before the end of `has(...)` an argument of its own. */
function splitField(tokens: string[], end: number): void {
  const name = tokens.findLastIndex((text, index) => index < end && text.trim() !== '');
  const dot = tokens.findLastIndex((text, index) => index < name && text.trim() !== '');
  if (tokens[dot] !== '.') return;
  tokens[dot] = ', ';
  tokens[name] = JSON.stringify(tokens[name]);
}

function nextWord(tokens: readonly string[], from: number): string | undefined {
  return tokens.find((text, index) => index >= from && text.trim() !== '');
}

function lastWord(tokens: readonly string[], from: number): string | undefined {
  return tokens.findLast((text, index) => index <= from && text.trim() !== '');
}

/** Whether an expression of CEL speaks of a variable. */
export function speaksOf(expression: string, variable: string): boolean {
  return (expression.match(token) ?? []).some((text) => text === variable);
}
