import { plain } from './plain.ts';

/**
 * Text from clusters and files for GitHub's markdown: shown as it is, never as markup, HTML, a link, a mention of a
 * person or a reference to an issue. One line.
 */
export function markdownText(text: string): string {
  const marked = plain(text)
    .replace(/[&<>]/g, (character) => entities[character] ?? character)
    .replace(/[\\`*_{}[\]()|~!^$]/g, '\\$&')
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    // At the beginning of a line a list would start.
    .replace(/^(\s*\d+)(?=\.|\\\))/, `$1${apart}`);
  return unlinked(marked);
}

/** The same for `<summary>`, where GitHub reads HTML and no markdown. */
export function summaryText(text: string): string {
  return unlinked(plain(text).replace(/[&<>]/g, (character) => entities[character] ?? character));
}

/** Keeps GitHub from linking what it links by itself, after it has read the markup: people, issues, addresses. */
function unlinked(markup: string): string {
  return markup.replace(/[@#]|:(?=\/\/)|(?<=www)\.|(?<=GH)-(?=\d)/gi, `$&${apart}`);
}

/** Markdown's text in a monospaced font. */
export function markdownCode(text: string): string {
  return `<code>${markdownText(text)}</code>`;
}

/** Lines as a block of code; the fence is longer than any run of backticks in it. */
export function markdownFence(lines: readonly string[], language: string): string {
  const body = lines.map((line) => plain(line)).join('\n');
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}

/** Nothing to see: it keeps two characters from being read together. */
const apart = '<!-- -->';
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
