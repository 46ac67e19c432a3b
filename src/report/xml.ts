import { plain } from './plain.ts';

/** Text for XML, in elements and in quoted attributes: what XML 1.0 cannot hold is shown as `\uFFFE`. */
export function xml(text: string): string {
  return plain(text, true)
    .replace(
      /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16)}`,
    )
    .replace(/[&<>"'\n]/g, (character) => entities[character] ?? character);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // In an attribute a line feed would be read as a space.
  '\n': '&#10;',
};
