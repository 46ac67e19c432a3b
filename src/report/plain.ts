/**
 * Text from clusters and files for a terminal: control characters (escape sequences among them) and characters that
 * turn the direction of writing, break lines or cannot be seen are shown as `\u001b`, never sent. A line feed stays where `multiline` allows it.
 */
export function plain(text: string, multiline = false): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) =>
      multiline && character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Breaks text at spaces so that no line is longer than `width`, as far as words allow; lines after the first stand two further in. */
export function wrapped(text: string, width: number, indent: string): string {
  const hanging = `${indent}  `;
  const lines: string[] = [];
  let line = indent;
  let words = 0;
  for (const word of text.split(' ')) {
    if (words > 0 && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging + word;
    } else line += words === 0 ? word : ` ${word}`;
    words++;
  }
  lines.push(line);
  return lines.join('\n');
}
