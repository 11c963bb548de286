import type { Io, Sink } from './io.js';

const CODES = { bold: 1, red: 31, green: 32, yellow: 33, grey: 90 } as const;
export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

/**
 * Makes the function that colours text for a stream.
 *
 * Colours are for terminals; FORCE_COLOR wants them anywhere (0 nowhere), NO_COLOR nowhere. Of both, FORCE_COLOR wins,
 * as it does in Node itself.
 */
export function paintFor(stream: Sink, env: Io['env']): Paint {
  if (!wantsColour(stream, env)) return (_, text) => text;
  return (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}

function wantsColour(stream: Sink, env: Io['env']): boolean {
  const force = env['FORCE_COLOR'] ?? '';
  if (force !== '') return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}
