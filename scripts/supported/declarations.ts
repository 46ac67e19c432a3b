/** Reads the fields of a kind from the type declarations that a package of Kubernetes models generates of its schema. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A type of a schema: what it holds, whether there are many of it, and the values that it may have. */
export interface Type {
  /** Of a message, by name; empty for a scalar and for a message that may hold anything. */
  fields: Map<string, Type>;
  list: boolean;
  /** A map from strings to this. */
  map: boolean;
  scalar: '' | 'string' | 'number' | 'boolean';
  values: string[];
}

export function emptyType(): Type {
  return { fields: new Map(), list: false, map: false, scalar: '', values: [] };
}

/**
 * @param file declares `I<kind>`
 * @returns the type of its `spec`
 * @throws Error where the file has no such interface: a schema that cannot be read has no fields to list
 */
export function readSpec(file: string, kind: string): Type {
  const spec = readInterface(file, `I${kind}`).fields.get('spec');
  if (!spec || spec.fields.size === 0) throw new Error(`${file} declares no spec of ${kind}`);
  return spec;
}

function readInterface(file: string, name: string): Type {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const imports = new Map<string, string>();
  for (const match of text.matchAll(/import \{([^}]*)\} from "(\.[^"]*)"/g))
    for (const item of match[1]?.split(',') ?? []) imports.set(item.trim(), match[2] ?? '');
  const start = new RegExp(`export (?:interface ${name}(?: extends ([^{]*))? |type ${name} = )`).exec(text);
  if (!start) throw new Error(`${file} does not declare ${name}`);
  const tokens = text.slice(start.index + start[0].length).match(/"(?:[^"\\]|\\.)*"|[\w.]+|[^\s\w]/g) ?? [];
  const resolve = (reference: string): Type => {
    const from = imports.get(reference);
    if (!from) return emptyType();
    const target = join(dirname(file), from.replace(/\.js$/, '.d.ts'));
    const short = /([A-Z]\w*?)(?:\.d\.ts)$/.exec(target.slice(target.lastIndexOf('/')))?.[1] ?? '';
    return readInterface(target, `I${short}`);
  };
  const type = new Parser(tokens, resolve).type();
  for (const parent of start[1]?.split(',') ?? [])
    for (const [field, item] of resolve(parent.trim()).fields)
      if (!type.fields.has(field)) type.fields.set(field, item);
  return type;
}

/** Of TypeScript's types those that such declarations use: messages, arrays, maps, unions of literals, references. */
class Parser {
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly resolve: (reference: string) => Type;

  constructor(tokens: readonly string[], resolve: (reference: string) => Type) {
    this.tokens = tokens;
    this.resolve = resolve;
  }

  type(): Type {
    const result = emptyType();
    do {
      if (this.peek() === '|' || this.peek() === '&') this.at++;
      const part = this.part();
      for (const [name, field] of part.fields) result.fields.set(name, field);
      result.list ||= part.list;
      result.map ||= part.map;
      result.scalar ||= part.scalar;
      result.values.push(...part.values);
    } while (this.peek() === '|' || this.peek() === '&');
    return result;
  }

  private part(): Type {
    const token = this.tokens[this.at++] ?? '';
    if (token === '{') return this.members();
    if (token === '(') {
      const inner = this.type();
      this.expect(')');
      return inner;
    }
    if (token === 'Array') {
      this.expect('<');
      const item = this.type();
      this.expect('>');
      return { ...item, list: true };
    }
    if (token.startsWith('"')) return { ...emptyType(), scalar: 'string', values: [JSON.parse(token) as string] };
    if (token === 'string' || token === 'number' || token === 'boolean') return { ...emptyType(), scalar: token };
    if (this.peek() !== '<') return this.resolve(token);
    this.at++;
    // Exclude<A, B> is an A that has not the fields of another: of use is A.
    const result = token === 'Exclude' ? this.type() : emptyType();
    for (let depth = 1; ; ) {
      const next = this.tokens[this.at++];
      if (next === '<') depth++;
      if (next === '>' && --depth === 0) return result;
      if (next === undefined) throw new Error('a declaration ends within <>');
    }
  }

  private members(): Type {
    const result = emptyType();
    while (this.peek() !== '}') {
      const name = this.tokens[this.at++] ?? '';
      if (name === '') throw new Error('a declaration ends within a message');
      if (name === '[') while (this.tokens[this.at++] !== ']');
      if (this.peek() === '?') this.at++;
      this.expect(':');
      const type = this.type();
      if (this.peek() === ';') this.at++;
      if (name === '[') Object.assign(result, type, { map: true });
      else result.fields.set(JSON.parse(name) as string, type);
    }
    this.at++;
    return result;
  }

  private peek(): string {
    return this.tokens[this.at] ?? '';
  }

  private expect(token: string): void {
    const found = this.tokens[this.at++];
    if (found !== token) throw new Error(`a declaration has ${found} instead of ${token}`);
  }
}
