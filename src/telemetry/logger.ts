import { pino, type DestinationStream, type LevelWithSilent, type Logger } from 'pino';

export interface LoggerOptions {
  readonly level: LevelWithSilent;
  /** Where the lines go; standard output if left out. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * Makes a logger that writes one JSON object a line: `level` as a word, `time` in ISO 8601, `msg`, and the fields.
 *
 * Process id and host name are left out: in a cluster, the collector of the logs knows better which pod it was.
 */
export function makeLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}
