import type { IncomingMessage } from 'node:http';
import type { KubernetesObject } from '../core/model/types.js';
import { ApiError, GarbageError, type WatchEvent } from './api.js';

/** Bytes of an answer: a page of a list has some hundred objects of at most a few megabytes. */
const BODY_LIMIT = 256 * 1024 * 1024;
/** Characters of the API server's own words that go into a message, and from there into the log. */
const WORDS_LIMIT = 500;

/**
 * Reads the object of an answer to the end.
 *
 * @throws GarbageError if it is not an object in JSON, or too long.
 */
export async function readObject(response: IncomingMessage): Promise<KubernetesObject> {
  const value = parsed(await readText(response));
  if (!isObject(value)) throw new GarbageError('the answer is not an object in JSON');
  return value;
}

/** Reads why a request was refused. @param what what was being done, such as `list nodes`. */
export async function readRefusal(what: string, response: IncomingMessage): Promise<ApiError> {
  const text = await readText(response);
  const value = parsed(text);
  return refusalOf(what, isObject(value) ? value : { message: text }, response);
}

/**
 * The error for a Status object, which in a watch comes without an answer of its own.
 *
 * @param what what was being done, such as `list nodes`.
 */
export function refusalOf(
  what: string,
  status: Record<string, unknown>,
  response?: Pick<IncomingMessage, 'statusCode' | 'headers'>,
): ApiError {
  const code = response?.statusCode ?? Number(status['code'] ?? 0);
  const reason = textOf(status['reason']);
  const words = textOf(status['message']).split('\n', 1).join().slice(0, WORDS_LIMIT);
  const name = [code, reason].filter(Boolean).join(' ');
  return new ApiError(`cannot ${what}: ${words === '' ? 'refused' : words} (${name})`, {
    status: code,
    reason,
    retryAfter: retryAfterOf(response?.headers['retry-after'], status['details']),
  });
}

/** @throws GarbageError if a line of a watch is not an event. */
export function eventOf(line: string): WatchEvent {
  const event = parsed(line);
  if (!isObject(event) || !isObject(event['object']) || !TYPES.has(event['type'])) {
    throw new GarbageError('a line of the watch is not an event');
  }
  return { type: event['type'] as WatchEvent['type'], object: event['object'] };
}

const TYPES: ReadonlySet<unknown> = new Set<WatchEvent['type']>([
  'ADDED',
  'MODIFIED',
  'DELETED',
  'BOOKMARK',
  'ERROR',
]);

/** In seconds, as a header, or in the details of a Status. */
function retryAfterOf(header: string | undefined, details: unknown): number | undefined {
  const inside = isObject(details) ? details['retryAfterSeconds'] : undefined;
  const seconds = Number(header ?? inside ?? 0);
  return seconds > 0 ? seconds * 1000 : undefined;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new GarbageError(`the answer is longer than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What a parser says quotes its input, which may be a secret: it is not passed on. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
