import { z } from 'zod';

/** `injection` options change what is injected, the others only how `serve` runs. */
export type Group = 'injection' | 'server' | 'cluster' | 'logging';

/** One option: flag, environment variable, key of the configuration file and line of the documentation in one. */
export interface Option<T> {
  readonly group: Group;
  /** What stands for the value in `--help`. */
  readonly value: string;
  readonly default: T;
  /** The default as people write it, where that is another text. */
  readonly shown?: string;
  readonly schema: z.ZodType<T>;
  /** Ends the sentence "expected `name` to be …". */
  readonly expected: string;
  readonly doc: string;
}

/** An option of any kind. */
export const option = <T>(spec: Option<T>): Option<T> => spec;

type Choices = readonly [string, ...string[]];

/** An option with a closed list of values. */
export const choice = <const T extends Choices>(
  choices: T,
  spec: Pick<Option<T[number]>, 'group' | 'default' | 'doc'>,
): Option<T[number]> => ({
  ...spec,
  value: `<${choices.join('|')}>`,
  schema: z.enum(choices),
  expected: `one of ${choices.join(', ')}`,
});

/** An option that has no default: without a value it is left out. */
export const optional = (
  group: Group,
  spec: Omit<Option<string>, 'default' | 'group'>,
): Option<string | undefined> => ({ ...spec, group, default: undefined });
