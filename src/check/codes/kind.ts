/** How bad a finding is. `unknown`: the question could not be asked, so nobody knows. */
export type Level = 'ok' | 'info' | 'warning' | 'error' | 'unknown';

/** What a finding of a code means, whatever cluster it is found in. */
export interface Kind {
  readonly level: Level;
  readonly sentence: string;
  readonly todo: string;
}

export const NOTHING = 'Nothing: this is as it should be.';
