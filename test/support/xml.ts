/** An element of XML: enough of the language to judge what reporters write. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Parses XML without comments, sections or document types, strictly; throws where it is not well-formed. */
export function parseXml(source: string): Element {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(source))
    throw new Error('a character XML forbids');
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  for (const [whole, tag, text] of body.matchAll(/<([^<>]*)>|([^<>]+)|[<>]/g)) {
    const top = open.at(-1) as Element;
    if (text !== undefined) top.text += decoded(text);
    else if (tag === undefined) throw new Error(`a stray ${whole}`);
    else if (tag.startsWith('/')) {
      if (open.pop()?.name !== tag.slice(1)) throw new Error(`</${tag.slice(1)}> closes ${top.name}`);
    } else {
      const parts = /^([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)$/.exec(tag);
      if (!parts) throw new Error(`not a tag: ${whole}`);
      const attributes = [...(parts[2] ?? '').matchAll(/ ([a-z]+)="([^"]*)"/g)];
      const element: Element = {
        name: parts[1] as string,
        attributes: Object.fromEntries(attributes.map(([, key, value]) => [key, decoded(value as string)])),
        children: [],
        text: '',
      };
      top.children.push(element);
      if (parts[3] === '') open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one closed element');
  return root.children[0] as Element;
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (whole, code, name) => {
    const character = code ? String.fromCodePoint(Number(code)) : entities[name];
    if (character === undefined) throw new Error(`not an entity: ${whole}`);
    return character;
  });
}
