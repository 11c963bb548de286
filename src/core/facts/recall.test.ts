import { expect, it } from 'vitest';
import { Recall } from './recall.js';

function asking(bound: number) {
  const recall = new Recall<string>(bound);
  const worked: string[] = [];
  const ask = (question: string): string =>
    recall.answer(question, () => {
      worked.push(question);
      return `answer to ${question}`;
    });
  return { recall, worked, ask };
}

it('works an answer out once', () => {
  const { recall, worked, ask } = asking(4);
  for (const question of ['a', 'b', 'a', 'b']) expect(ask(question)).toBe(`answer to ${question}`);
  expect(worked).toEqual(['a', 'b']);
  recall.clear();
  ask('b');
  expect(worked).toEqual(['a', 'b', 'b']);
});

it('keeps what is asked for again, however much else is asked for', () => {
  const { worked, ask } = asking(4);
  for (let i = 0; i < 100; i += 1) {
    ask('often');
    ask(`once ${i}`);
  }
  expect(worked.filter((question) => question === 'often')).toHaveLength(1);
});

it('forgets what was not asked for as often as the bound says', () => {
  const { worked, ask } = asking(4);
  for (const question of ['a', 'b', 'c', 'd', 'e', 'a']) ask(question);
  expect(worked).toEqual(['a', 'b', 'c', 'd', 'e', 'a']);
});

it('keeps nothing of a question that is longer than those of real workloads', () => {
  const { worked, ask } = asking(4);
  const long = 'x'.repeat(20_000);
  ask(long);
  ask(long);
  expect(worked).toHaveLength(2);
});
