import { isObject, type Path } from '../../model/json.ts';

/** What istiod's webhook says of a place. */
export interface Told {
  severity: 'error' | 'warning' | 'info';
  path: Path;
  /** What is wrong, behind the field's name. */
  message: string;
  /** Of a warning: what follows. A refusal has always the same effect. */
  effect?: string;
  fix: string;
}

/** A value in an object, or one that is missing, with its place; what is told of it is collected for the whole object. */
export class Place {
  readonly value: unknown;
  readonly path: Path;
  readonly #told: Told[];

  constructor(value: unknown, path: Path, told: Told[]) {
    this.value = value;
    this.path = path;
    this.#told = told;
  }

  /** The field of that name; an unset one where there is none. */
  at(name: string): Place {
    return new Place(isObject(this.value) ? this.value[name] : undefined, [...this.path, name], this.#told);
  }

  /** Whether there is a value; null stands for none, as in the API server. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Whether some of these fields have a value. */
  has(...names: readonly string[]): boolean {
    return names.some((name) => this.at(name).isSet);
  }

  /** A text; empty where there is none, as in protobuf. */
  get text(): string {
    return typeof this.value === 'string' ? this.value : typeof this.value === 'number' ? String(this.value) : '';
  }

  /** A number; 0 where there is none. */
  get number(): number {
    const value = typeof this.value === 'string' ? Number(this.value) : this.value;
    return typeof value === 'number' && !Number.isNaN(value) ? value : 0;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  /** The items of a list. */
  get items(): Place[] {
    return Array.isArray(this.value)
      ? this.value.map((item, index) => new Place(item, [...this.path, index], this.#told))
      : [];
  }

  /** The values of a map. */
  get entries(): [name: string, value: Place][] {
    if (!isObject(this.value)) return [];
    return Object.keys(this.value)
      .map((name): [string, Place] => [name, this.at(name)])
      .filter(([, value]) => value.isSet);
  }

  /** Whether a list or a map has nothing in it, or is not there. */
  get isEmpty(): boolean {
    return this.items.length === 0 && (!isObject(this.value) || Object.keys(this.value).length === 0);
  }

  /** The webhook refuses the object for this. */
  refuse(message: string, fix: string): void {
    this.#told.push({ severity: 'error', path: this.path, message, fix });
  }

  /** The webhook takes the object, and something of it is not in force. */
  warn(message: string, effect: string, fix: string): void {
    this.#told.push({ severity: 'warning', path: this.path, message, effect, fix });
  }

  /** The webhook takes the object, and has something to remark. */
  note(message: string, effect: string, fix: string): void {
    this.#told.push({ severity: 'info', path: this.path, message, effect, fix });
  }
}
