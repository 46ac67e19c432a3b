import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | undefined>();

/** RE2's pattern, or undefined for one that RE2 refuses (Envoy would have rejected the whole resource). */
function regex(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  let result: RE2JS | undefined;
  try {
    result = RE2JS.compile(pattern);
  } catch {
    result = undefined;
  }
  if (compiled.size > 20_000) compiled.clear();
  compiled.set(pattern, result);
  return result;
}

/** A predicate of RE2's full match, as `safe_regex` is everywhere in Envoy. */
export function fullMatch(pattern: string): (text: string) => boolean {
  const compiledPattern = regex(pattern);
  return compiledPattern ? (text) => compiledPattern.matches(text) : () => false;
}

/** The text of a named group of a full match; undefined where the pattern does not match. */
export function namedGroup(text: string, pattern: string, name: string): string | undefined {
  const matcher = regex(pattern)?.matcher(text);
  return matcher?.matches() ? (matcher.group(name) ?? '') : undefined;
}

/** RE2::GlobalReplace with `\1` in the substitution (type.matcher.v3 RegexMatchAndSubstitute). */
export function replaceAll(text: string, pattern: string, substitution: string): string {
  const matcher = regex(pattern)?.matcher(text);
  if (!matcher) return text;
  let result = '';
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start());
    result += substitution.replace(/\\(\\|\d)/g, (_, what: string) =>
      what === '\\' ? '\\' : (matcher.group(Number(what)) ?? ''),
    );
    end = matcher.end();
  }
  return result + text.slice(end);
}
