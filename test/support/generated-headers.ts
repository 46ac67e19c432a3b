import type { Message } from '../../src/model/envoy.ts';
import type { Dice } from './route-requests.ts';

const actions = ['APPEND_IF_EXISTS_OR_ADD', 'ADD_IF_ABSENT', 'OVERWRITE_IF_EXISTS_OR_ADD', 'OVERWRITE_IF_EXISTS'];
const values = ['one', 'two', '', '100%%', '%REQ(X-USER)%', '%REQ(x-none)%', 'a %REQ(x-none?:method)% b'];

/** Header changes of one level: of the request (names in `x-user`, `x-a`, `x-b`) and of the response (`x-r`, `x-s`). */
export function headerMutations(dice: Dice, chance: number): Message {
  const mutations: Message = {};
  if (dice.chance(chance)) mutations['request_headers_to_add'] = changes(['x-user', 'x-a', 'X-B'], dice);
  if (dice.chance(chance / 2)) mutations['request_headers_to_remove'] = [dice.pick(['x-user', 'x-a', 'X-Env'])];
  if (dice.chance(chance)) mutations['response_headers_to_add'] = changes(['x-r', 'X-S'], dice);
  if (dice.chance(chance / 2)) mutations['response_headers_to_remove'] = [dice.pick(['x-r', 'x-s'])];
  return mutations;
}

function changes(names: readonly string[], dice: Dice): Message[] {
  return Array.from({ length: 1 + Math.floor(dice.next() * 3) }, () => ({
    header: { key: dice.pick(names), value: dice.pick(values) },
    append_action: dice.pick(actions),
    ...(dice.chance(0.2) ? { keep_empty_value: true } : {}),
  }));
}
