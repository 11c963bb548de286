/**
 * Answers that are kept for those who ask again: the latest that were asked for, and no more than a bound, so that
 * nobody can fill the memory by asking for something else each time.
 */
export class Recall<T> {
  readonly #answers = new Map<string, T>();
  readonly #bound: number;

  /** @param bound the number of answers that are kept. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** @param work finds the answer; everything that it depends on must be in the question. */
  answer(question: string, work: () => T): T {
    const known = this.#answers.get(question);
    if (known !== undefined) {
      // Asked for last is thrown out last.
      this.#answers.delete(question);
      this.#answers.set(question, known);
      return known;
    }
    const answer = work();
    this.#answers.set(question, answer);
    if (this.#answers.size > this.#bound) this.#dropOldest();
    return answer;
  }

  clear(): void {
    this.#answers.clear();
  }

  #dropOldest(): void {
    for (const question of this.#answers.keys()) {
      this.#answers.delete(question);
      return;
    }
  }
}
