/** What is wrong with the configuration, all of it, so that one run of the program shows every mistake. */
export class ConfigError extends Error {
  /** One sentence for each problem. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The most characters of a wrong value that a message repeats. */
const SHOWN = 80;

/** Shows a value in a message: strings as they are, anything else as JSON, both cut to a readable length. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}\``;
}
