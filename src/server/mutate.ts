import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observer } from '../admission/observer.js';
import type { Reply } from '../admission/handler.js';
import { malformed, type Malformed, type Problem } from '../admission/malformed.js';
import { BODY_LIMIT, readBody, type Body } from './body.js';
import { askToClose } from './faults.js';
import type { SharedMemory } from './memory.js';
import { deafen, isChunked } from './parsing.js';
import type { RawHandler } from './turns.js';

export interface MutateOptions {
  /** Answers a body, see `handle()` of the admission room; counts what is malformed by itself. */
  readonly handle: (body: Buffer, remote: string) => Reply;
  /** Hears of calls that do not get as far as `handle`. */
  readonly observe: Pick<Observer, 'malformed'>;
  /** Holds the bodies that are not complete, and the answers that the caller has not taken. */
  readonly memory: SharedMemory;
  /** An answer that nobody takes had to make room for others; its connection is cut. */
  readonly dropped: () => void;
  /**
   * How long the rest of a refused body is thrown away before the connection is cut, in milliseconds. Closing at once
   * would reset the connection under a caller that still sends, and the reset can overtake the answer.
   */
  readonly linger: number;
}

/** The API server adds `?timeout=10s` to the path of a webhook; a proxy may send the whole URL. */
const PATH = /^(https?:\/\/[^/?#]*)?\/mutate(\?|$)/i;

export const isMutate = (url = ''): boolean => PATH.test(url);

/**
 * Makes the handler of `/mutate`, for requests of any method.
 *
 * It is a plain node handler, because express doubles the CPU of a review. A call that holds no review is answered
 * with a sentence in `text/plain`.
 */
export function makeMutate(options: MutateOptions): RawHandler {
  return (request, response) => {
    const answerWith = (body: Body | Problem): void => {
      try {
        answer(request, response, { ...options, body });
      } catch {
        // Only an observer that throws gets here, and so there is nobody left to tell but the caller.
        response.destroy();
      }
    };
    const problem = problemOfHead(request);
    if (problem !== undefined) {
      answerWith(problem);
      return;
    }
    const { headers, httpVersion } = request;
    if (headers.expect !== undefined && httpVersion !== '1.0') response.writeContinue();
    readBody(request, options.memory, answerWith);
  };
}

interface Read extends MutateOptions {
  readonly body: Body | Problem;
}

function answer(request: IncomingMessage, response: ServerResponse, read: Read): void {
  const { body, handle, observe, linger } = read;
  const remote = request.socket.remoteAddress ?? '';
  if (typeof body !== 'string') {
    sendShared(response, handle(body, remote), read);
    return;
  }
  const refusal = malformed(body);
  observe.malformed({ problem: body, status: refusal.status, remote });
  refuse(request, response, { refusal, linger });
}

/** What is wrong with a call even before its body is read. */
function problemOfHead({ url, method, headers }: IncomingMessage): Problem | undefined {
  if (!isMutate(url)) return 'wrong_path';
  if (method !== 'POST') return 'wrong_method';
  if (!is(headers.expect, EXPECTED)) return 'wrong_expectation';
  return problemOfBody(headers);
}

function problemOfBody(headers: IncomingMessage['headers']): Problem | undefined {
  if (!is(headers['transfer-encoding'], TRANSFER)) return 'wrong_transfer_encoding';
  if (!is(headers['content-encoding'], ENCODING)) return 'wrong_content_encoding';
  if (!CONTENT.test(headers['content-type'] ?? '')) return 'wrong_content_type';
  return Number(headers['content-length'] ?? 0) > BODY_LIMIT ? 'too_large' : undefined;
}

const EXPECTED = /^(100-continue)?$/i;
const TRANSFER = /^(chunked)?$/i;
const ENCODING = /^(identity)?$/i;
const CONTENT = /^application\/json\s*(;|$)/i;

/** Whether a header is as it has to be where it is given. */
const is = (value: string | undefined, form: RegExp): boolean =>
  value === undefined || form.test(value);

/** While an answer waits for its caller it exists twice, in the clear and encrypted. */
const ANSWER_COPIES = 2;

function sendShared(
  response: ServerResponse,
  reply: Reply,
  { memory, dropped }: MutateOptions,
): void {
  // A caller that has gone meanwhile takes no answer, and its response is not closed a second time.
  if (response.closed) return;
  const share = memory.share(() => {
    dropped();
    response.destroy();
  });
  response.on('close', share.release);
  share.grow(send(response, reply) * ANSWER_COPIES);
}

/** @returns the length of the answer's body in bytes. */
function send(response: ServerResponse, { status, json, body }: Reply): number {
  const text = json ? body : `${body}\n`;
  const length = Buffer.byteLength(text);
  response.writeHead(status, headersOf(json ? JSON_TYPE : TEXT_TYPE, length));
  // Text in ASCII is the same in both encodings; node writes this one in half of the time and a third of the memory.
  response.end(text, length === text.length ? 'latin1' : 'utf8');
  return length;
}

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Names and values in turn, which node takes as they are. */
const headersOf = (type: string, length: number): string[] => [
  'content-type',
  type,
  'content-length',
  String(length),
];

interface Refusal {
  readonly refusal: Malformed;
  readonly linger: number;
}

/** Problems with which a body is left that the caller is likely to be sending still. */
const UNREAD: ReadonlySet<Problem> = new Set(['too_large', 'fragmented', 'overloaded']);

function refuse(request: IncomingMessage, response: ServerResponse, how: Refusal): void {
  const { problem, status, message } = how.refusal;
  if (problem === 'wrong_method') response.setHeader('allow', 'POST');
  if (problem === 'overloaded') response.setHeader('retry-after', '1');
  if (UNREAD.has(problem) || isChunked(request)) linger(request, response, how);
  else send(response, { status, json: false, body: message });
}

/**
 * Sends the whole answer but keeps the response open until the caller has hung up or taken too long; only the end of a
 * response makes node close the connection.
 */
function linger(request: IncomingMessage, response: ServerResponse, how: Refusal): void {
  const { status, message } = how.refusal;
  const body = `${message}\n`;
  askToClose(response);
  response.writeHead(status, headersOf(TEXT_TYPE, Buffer.byteLength(body)));
  response.write(body);
  const done = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(done, how.linger);
  request.once('close', done).resume();
  deafen(request.socket);
}
