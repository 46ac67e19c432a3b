/** A pattern with `*` for any characters (`/` included), matched against the whole text. */
export function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`, 's');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/**
 * A list of patterns in which `!` excludes: a word is taken when a pattern matches it (or all patterns only exclude) and
 * none excludes it. An absent or empty list takes everything.
 */
export function anyOf(patterns: readonly string[] | undefined): (word: string) => boolean {
  const included = (patterns ?? []).filter((pattern) => !pattern.startsWith('!')).map(wildcard);
  const excluded = (patterns ?? []).filter((pattern) => pattern.startsWith('!')).map((it) => wildcard(it.slice(1)));
  return (word) =>
    (included.length === 0 || included.some((pattern) => pattern.test(word))) &&
    !excluded.some((pattern) => pattern.test(word));
}
