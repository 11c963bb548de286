import { medianOf } from './figures.js';
import type { Measured } from './load/messages.js';
import type { Series } from './rounds.js';

/** A figure of a measurement. */
export type Figure = (measured: Measured) => number | undefined;

/** Answers a second. */
export const rps: Figure = (measured) => measured.rps;
/** Milliseconds of CPU for each request. */
export const cpu: Figure = (measured) => measured.cpuMs;

/** The series of a server under the load of another series. */
export const sameLoad = (
  all: readonly Series[],
  like: Series,
  server: string,
): Series | undefined =>
  all.find(
    (one) =>
      one.server === server && one.size === like.size && one.connections === like.connections,
  );

/**
 * How a figure of one server compares to that of another. Each round gives a ratio of two measurements that were made
 * next to each other; it is their median.
 *
 * @returns undefined where one was not measured.
 */
export function ratioOf(
  figure: Figure,
  above: Series | undefined,
  below: Series | undefined,
): number | undefined {
  if (!above || !below) return undefined;
  return medianOf(
    above.rounds.map((measured, round) => {
      const other = below.rounds[round];
      return quotient(figure(measured), other && figure(other));
    }),
  );
}

const quotient = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined ? undefined : above / below;
