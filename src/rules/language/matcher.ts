import type { Message } from '../../model/envoy.ts';
import { Automaton } from './automaton.ts';
import { printable, type Ranges, universe } from './intervals.ts';
import { addRegex, UnknownSyntax } from './regex.ts';

/** The set of texts that a matcher takes. */
export interface Language {
  automaton: Automaton;
  all: Ranges;
}

/** The paths that a `RouteMatch` takes; undefined where its form is not known here. Paths begin with a slash. */
export function pathLanguage(match: Message): Language | undefined {
  const fold = match['case_sensitive'] === false;
  const { prefix, path, safe_regex: regex, path_separated_prefix: separated } = match;
  return build(universe, (automaton) => {
    if (typeof path === 'string') return literal(automaton, 0, path, fold);
    if (typeof regex?.regex === 'string') return addRegex(automaton, 0, regex.regex, universe);
    if (typeof separated === 'string') {
      const end = automaton.state();
      const base = literal(automaton, 0, separated, fold);
      automaton.join(base, end);
      const slash = literal(automaton, base, '/', false);
      automaton.join(anything(automaton, slash, universe), end);
      return end;
    }
    if (typeof prefix !== 'string') return undefined;
    return anything(automaton, literal(automaton, 0, prefix === '' ? '/' : prefix, fold), universe);
  });
}

/** The values that a `StringMatcher` takes. */
export function valueLanguage(matcher: Message): Language | undefined {
  const fold = matcher['ignore_case'] === true;
  const { exact, prefix, suffix, contains, safe_regex: regex } = matcher;
  return build(printable, (automaton) => {
    if (typeof exact === 'string') return literal(automaton, 0, exact, fold);
    if (typeof prefix === 'string') return anything(automaton, literal(automaton, 0, prefix, fold), printable);
    if (typeof suffix === 'string') return literal(automaton, anything(automaton, 0, printable), suffix, fold);
    if (typeof contains === 'string')
      return anything(automaton, literal(automaton, anything(automaton, 0, printable), contains, fold), printable);
    if (typeof regex?.regex === 'string') return addRegex(automaton, 0, regex.regex, printable);
    return undefined;
  });
}

function build(all: Ranges, fill: (automaton: Automaton) => number | undefined): Language | undefined {
  const automaton = new Automaton();
  try {
    const end = fill(automaton);
    if (end === undefined) return undefined;
    automaton.accept = end;
    return { automaton, all };
  } catch (error) {
    if (error instanceof UnknownSyntax) return undefined;
    throw error;
  }
}

function literal(automaton: Automaton, from: number, text: string, fold: boolean): number {
  let state = from;
  for (const unit of text.split('')) {
    const next = automaton.state();
    // Envoy folds the letters of ASCII alone.
    const forms = fold && /[A-Za-z]/.test(unit) ? [unit.toLowerCase(), unit.toUpperCase()] : [unit];
    automaton.step(
      state,
      forms.map((form): [number, number] => [form.charCodeAt(0), form.charCodeAt(0)]),
      next,
    );
    state = next;
  }
  return state;
}

function anything(automaton: Automaton, from: number, all: Ranges): number {
  const loop = automaton.state();
  automaton.join(from, loop);
  automaton.step(loop, all, loop);
  return loop;
}
