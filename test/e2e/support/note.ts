import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Figures that belong to the result, for the table at the end. */
    note?: string;
  }
}

/** Puts figures into the row of this test. */
export function note({ task }: TestContext, words: string): void {
  task.meta.note = words;
}
