import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { includedIn } from '../../../src/rules/language/inclusion.ts';
import { type Language, pathLanguage, valueLanguage } from '../../../src/rules/language/matcher.ts';
import { shortestText } from '../../../src/rules/language/shortest-text.ts';
import { textIn } from '../../../src/rules/language/witness.ts';

function takes({ automaton }: Language, text: string): boolean {
  let states = automaton.start();
  for (let index = 0; index < text.length; index++) states = automaton.next(states, text.charCodeAt(index));
  return automaton.accepts(states);
}

function known(language: Language | undefined): Language {
  if (!language) throw new Error('not known');
  return language;
}

const ofRegex = (regex: string): Language => known(valueLanguage({ safe_regex: { regex } }));

const atom = fc.constantFrom(
  ...['a', 'b', '0', '-', '/', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\.', '\\\\', '[ab]', '[^a]', '[a-c0]'],
  ...['[\\d-a]', '[]a]', '[^]a]', '[a-]', '[-a]', '[\\w.]', '[\\]a]', '[\\D]', '(?:ab)', '(a|b)', '(a|)', '(?:b)'],
);
const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '{2}',
  '{0,1}',
  '{1,}',
  '{0}',
  '*?',
  '+?',
  '??',
  '{1,2}?',
);
const { regex } = fc.letrec<{ regex: string; piece: string }>((tie) => ({
  piece: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        tie('regex').map((it) => `(${it})`),
      ),
      quantifier,
    )
    .map((it) => it.join('')),
  regex: fc
    .array(
      fc.array(tie('piece'), { maxLength: 3 }).map((it) => it.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((it) => it.join('|')),
}));
const text = fc.string({ unit: fc.constantFrom(...'ab0-/.\\] ]z'), maxLength: 6 });

describe('the language of a regular expression', () => {
  it('is what RE2 takes as a whole', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(regex, fc.constantFrom('', '^'), fc.constantFrom('', '$'))
          .map(([it, head, end]) => (it.includes('|') ? it : head + it + end)),
        fc.array(text, { minLength: 8, maxLength: 8 }),
        (it, words) => {
          const [language, re2] = [ofRegex(it), RE2JS.compile(it)];
          for (const word of ['', 'a', 'b', 'ab', ...words])
            expect([word, takes(language, word)]).toEqual([word, re2.matches(word)]);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each([
    'a(?i)b',
    '\\bword',
    '(a)\\1',
    '\\pL',
    '[[:alpha:]]',
    'a{65}',
    'a**',
    '(?=a)',
    '(a',
    'a)',
    '[a',
    'a\\',
    '^^a',
    '\\n',
    '/😀',
    'a{2}{2}',
  ])('%s is not known', (it) => {
    expect(valueLanguage({ safe_regex: { regex: it } })).toBeUndefined();
  });

  it.each(['a{64}', 'a{0,64}'])('%s is the longest that is unrolled', (it) => {
    expect(takes(ofRegex(it), 'a'.repeat(64))).toBe(true);
    expect(takes(ofRegex(it), 'a'.repeat(65))).toBe(false);
  });
});

describe('one language in another', () => {
  it('is proven, or a text shows that it is not so', () => {
    fc.assert(
      fc.property(regex, regex, fc.array(text, { minLength: 8, maxLength: 8 }), (one, other, words) => {
        const [inner, outer] = [ofRegex(one), ofRegex(other)];
        const found = includedIn(inner, [outer]);
        if (found === 'unknown') return;
        const witness = textIn([inner], [outer]);
        if (found.included) {
          expect(witness).toBeUndefined();
          for (const word of words) expect(takes(inner, word) && !takes(outer, word)).toBe(false);
        } else {
          expect([takes(inner, found.witness), takes(outer, found.witness)]).toEqual([true, false]);
          if (witness !== undefined) expect([takes(inner, witness), takes(outer, witness)]).toEqual([true, false]);
        }
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('may need several others', () => {
    expect(includedIn(ofRegex('a|b'), [ofRegex('a'), ofRegex('b')])).toEqual({ included: true });
    expect(includedIn(ofRegex('a|b|cc'), [ofRegex('a'), ofRegex('b')])).toEqual({ included: false, witness: 'cc' });
  });

  it('is left open where too many states would be gone through', () => {
    const [inner, outer] = [ofRegex('a{9}'), ofRegex('a*')];
    expect(shortestText([inner], [outer], { mostStates: 10 })).toEqual({ isWhole: true });
    expect(shortestText([inner], [outer], { mostStates: 9 })).toEqual({ isWhole: false });
  });

  it('knows named groups', () => {
    expect(includedIn(ofRegex('(?P<x>a)(?<y>b)'), [ofRegex('ab')])).toEqual({ included: true });
  });
});

describe('a text for people', () => {
  it('is the shortest that all take and none of the others', () => {
    expect(textIn([ofRegex('a*b+'), ofRegex('.{3}')], [ofRegex('b*'), ofRegex('a.*b')])).toBeUndefined();
    expect(textIn([ofRegex('a*b+'), ofRegex('.{3,}')], [ofRegex('b*')])).toBe('aab');
    expect(textIn([])).toBeUndefined();
  });

  it('has letters before signs, a slash before other signs, and no characters beyond ASCII', () => {
    expect(textIn([ofRegex('[-/a-z]')])).toBe('a');
    expect(textIn([ofRegex('[-/.]')])).toBe('/');
    expect(textIn([ofRegex('[éa]')], [ofRegex('a')])).toBeUndefined();
  });
});

describe('the language of a matcher', () => {
  it.each<[matcher: object, taken: string[], others: string[]]>([
    [{ exact: 'Ab' }, ['Ab'], ['ab', 'Abc', '']],
    [{ exact: 'Ab1', ignore_case: true }, ['ab1', 'AB1'], ['b1']],
    [{ exact: 'ß', ignore_case: true }, ['ß'], ['S', 's']],
    [{ exact: '😀' }, ['😀'], ['😁', '\ud83d']],
    [{ prefix: 'ab' }, ['ab', 'abc'], ['a', 'xab']],
    [{ suffix: 'ab' }, ['ab', 'xab'], ['abx', 'b']],
    [{ contains: 'ab' }, ['ab', 'xabx'], ['a', 'axb']],
  ])('of a value %o', (matcher, taken, others) => {
    const language = known(valueLanguage(matcher));
    expect(taken.filter((it) => !takes(language, it))).toEqual([]);
    expect(others.filter((it) => takes(language, it))).toEqual([]);
  });

  it.each<[match: object, taken: string[], others: string[]]>([
    [{ path: '/a' }, ['/a'], ['/A', '/a/']],
    [{ path: '/a', case_sensitive: false }, ['/A'], ['/b']],
    [{ prefix: '/a' }, ['/a', '/ab', '/a/b'], ['/A', '/']],
    [{ prefix: '' }, ['/', '/a'], ['a']],
    [{ path_separated_prefix: '/a' }, ['/a', '/a/', '/a/b'], ['/ab', '/']],
    [{ safe_regex: { regex: '/[ab]' } }, ['/a', '/b'], ['/', '/ab']],
  ])('of a path %o', (match, taken, others) => {
    const language = known(pathLanguage(match));
    expect(taken.filter((it) => !takes(language, it))).toEqual([]);
    expect(others.filter((it) => takes(language, it))).toEqual([]);
  });

  it('is not known of other forms', () => {
    expect(pathLanguage({ connect_matcher: {} })).toBeUndefined();
    expect(valueLanguage({ custom: {} })).toBeUndefined();
  });
});
