import { expect, it } from 'vitest';
import { withAdvice } from '../../src/model/advice.ts';

it.each<[string, string | undefined, string]>([
  ['it did not answer', 'The pod may hang: look at it.', 'it did not answer. The pod may hang: look at it.'],
  ['it did not answer', 'run again.', 'it did not answer; run again.'],
  ['the server said: down.', 'Try again.', 'the server said: down. Try again.'],
  ['pods may not be listed.', 'no proxy can be selected.', 'pods may not be listed. No proxy can be selected.'],
  ['git does not trust it', 'git config --global x', 'git does not trust it; git config --global x'],
  ['it did not answer', '', 'it did not answer'],
  ['it did not answer', undefined, 'it did not answer'],
])('%s + %s', (message, advice, expected) => {
  expect(withAdvice(message, advice)).toBe(expected);
});
