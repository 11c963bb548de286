import { expect, it } from 'vitest';
import { Recall } from './recall.js';

it('keeps no more answers than its bound, and those that were asked for last', () => {
  const recall = new Recall<string>(2);
  const worked: string[] = [];
  const ask = (question: string): string =>
    recall.answer(question, () => {
      worked.push(question);
      return `answer to ${question}`;
    });
  for (const question of ['a', 'b', 'a', 'c', 'a', 'b']) {
    expect(ask(question)).toBe(`answer to ${question}`);
  }
  expect(worked).toEqual(['a', 'b', 'c', 'b']);
  recall.clear();
  ask('b');
  expect(worked.at(-1)).toBe('b');
  expect(worked).toHaveLength(5);
});
