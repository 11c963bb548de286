/** A stream that text goes to. */
export interface Sink {
  write(text: string): void;
  readonly isTTY?: boolean | undefined;
}

/** What a command sees of the process. Nothing but main.ts touches the process itself. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads standard input to its end. */
  readonly stdin: () => Promise<string>;
  /** Reads a text file, or throws. */
  readonly readFile: (path: string) => string;
}

/** How the program ends; documented in `--help`. */
export const EXIT = { done: 0, fault: 1, input: 2 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];
