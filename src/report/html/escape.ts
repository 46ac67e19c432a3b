import { plain } from '../plain.ts';

/** Markup that is ready to be put into a page. Only `html` and `join` make it, so that text cannot slip in unescaped. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[];

/** A template for markup: what is put in is escaped, for elements and for quoted attributes, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  let out = strings[0] ?? '';
  for (const [index, value] of values.entries()) out += rendered(value) + (strings[index + 1] ?? '');
  return { markup: out };
}

/** Text as markup, its line feeds kept. */
export function escaped(text: string): string {
  return plain(text, true)
    .toWellFormed()
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function rendered(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  if ('markup' in value) return value.markup;
  return value.map((it) => it.markup).join('');
}
