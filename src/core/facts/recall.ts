/**
 * Characters of a question that is kept with its answer. Questions of real workloads have one to five thousand; an
 * answer holds on to what its question says, so this bounds the memory as well.
 */
const LONGEST = 16 * 1024;

/**
 * Answers that are kept for those who ask again: those that were asked for of late, and no more than a bound, so that
 * nobody can fill the memory by asking for something else each time.
 *
 * There are two generations. What is asked for again moves to the younger; when that is full, the older is thrown out.
 */
export class Recall<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #half: number;

  /** @param bound the number of answers that are kept, an even one. */
  constructor(bound: number) {
    this.#half = bound / 2;
  }

  /** @param work finds the answer; everything that it depends on must be in the question. */
  answer(question: string, work: () => T): T {
    if (question.length > LONGEST) return work();
    const known = this.#young.get(question);
    if (known !== undefined) return known;
    const answer = this.#old.get(question) ?? work();
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(question, answer);
    return answer;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
