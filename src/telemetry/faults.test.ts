import { describe, expect, it } from 'vitest';
import { describeFault } from './faults.js';

const SECRET = 'hunter2';

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('describeFault', () => {
  it('follows the causes from the outside in', () => {
    const error = new Error('patching', { cause: new TypeError('x is not iterable') });
    const chain = describeFault(error);
    expect(chain.map(({ name, message }) => `${name}: ${message}`)).toEqual([
      'Error: patching',
      'TypeError: x is not iterable',
    ]);
    expect(chain[0]?.at[0]).toMatch(/^at .*faults\.test\.ts/);
  });

  it('ends with a ring of causes', () => {
    const error = new Error('ring');
    error.cause = error;
    expect(describeFault(error).length).toBeLessThan(10);
  });

  it.each([
    ['a parser', caught(() => JSON.parse(`{"password": ${SECRET}`))],
    ['an argument check', caught(() => Buffer.from(7 as never, SECRET as never))],
    ['a thrown string', SECRET],
    ['a thrown object', { SECRET }],
    ['later lines of a message', new Error(`replace\ntree: ${SECRET}\n    at ${SECRET} (x:1)`)],
    ['properties', Object.assign(new Error('replace'), { tree: { SECRET } })],
    ['a cause', new Error('reading', { cause: caught(() => JSON.parse(SECRET)) })],
  ])('does not show what %s quotes', (_, error) => {
    const chain = describeFault(error);
    expect(chain.length).toBeGreaterThan(0);
    expect(JSON.stringify(chain)).not.toContain(SECRET);
  });
});
